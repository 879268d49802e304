// The workload's start in workerd: models from the R2 bucket bound as MODELS, result as the response.

import * as octavo from 'octavo';
import { runWorkload } from './workload.js';

export default {
  async fetch(_request, env) {
    try {
      const inputs = {};
      for (const { key } of (await env.MODELS.list()).objects) {
        inputs[key] = async () => new Uint8Array(await (await env.MODELS.get(key)).arrayBuffer());
      }
      return Response.json(await runWorkload(octavo, inputs));
    } catch (error) {
      return Response.json({ code: String(error?.code ?? ''), message: String(error?.message ?? error) });
    }
  },
};
