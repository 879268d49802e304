// The workload's start in workerd: models by ranges from the R2 bucket bound as MODELS, result as the response.

import * as octavo from 'octavo';
import { errorAnswer } from './answer.mjs';
import { runWorkload } from './workload.js';

export default {
  async fetch(_request, env) {
    try {
      const inputs = {};
      for (const { key } of (await env.MODELS.list()).objects) {
        inputs[key] = () => octavo.r2Source(env.MODELS, key);
      }
      return Response.json(await runWorkload(octavo, inputs));
    } catch (error) {
      return Response.json(errorAnswer(error));
    }
  },
};
