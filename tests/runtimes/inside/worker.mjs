// The workload's start in workerd: models from the R2 bucket bound as MODELS, large ones by ranges, result as
// the response.

import * as octavo from 'octavo';
import * as images from 'octavo/images';
import * as paddle from 'octavo/paddle';
import * as paddleslim from 'octavo/paddleslim';
import { errorAnswer } from './answer.mjs';
import { runWorkload } from './workload.js';

/** The emulated bucket takes milliseconds a read, and small models are quantized twenty times. */
const RANGES_FROM = 1_000_000;

async function wholeObject(bucket, key) {
  return new Uint8Array(await (await bucket.get(key)).arrayBuffer());
}

export default {
  async fetch(_request, env) {
    try {
      const inputs = {};
      for (const { key, size } of (await env.MODELS.list()).objects) {
        inputs[key] = () =>
          size > RANGES_FROM ? octavo.r2Source(env.MODELS, key) : wholeObject(env.MODELS, key);
      }
      return Response.json(await runWorkload({ octavo, images, paddle, paddleslim }, inputs, 1));
    } catch (error) {
      return Response.json(errorAnswer(error));
    }
  },
};
