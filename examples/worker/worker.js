// A Cloudflare worker that quantizes a model from one R2 object into another: POST /?model=NAME
// Bind a bucket as MODELS. The answer is the report as JSON.
//
// The kernels are compiled when the worker is deployed (the package's `workerd` condition), the model is read by
// ranges, and the output is uploaded while it is made: memory stays far below a worker's 128 MB.

import { quantize, r2Sink, r2Source } from 'octavo';

const MEMORY_LIMIT = 96 * 1024 * 1024;

export default {
  async fetch(request, env) {
    const key = new URL(request.url).searchParams.get('model');
    if (request.method !== 'POST' || key === null) return new Response('POST /?model=NAME', { status: 400 });
    try {
      const source = await r2Source(env.MODELS, key);
      const options = { fileName: key, memoryLimit: MEMORY_LIMIT, signal: request.signal };
      const result = await quantize(source, options);
      await result.writeTo(r2Sink(env.MODELS, 'quantized/'));
      return Response.json(result.report);
    } catch (error) {
      // An OctavoError has a code and says where: { code: 'NOT_A_MODEL', message: '… (file model.onnx, byte 0)' }
      return Response.json({ code: error.code, message: error.message }, { status: 422 });
    }
  },
};
