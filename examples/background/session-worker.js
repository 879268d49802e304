// A worker that holds one session and answers runs, so that whoever asks goes on meanwhile. The same file serves pages, Node,
// Deno and Bun.
//
//   { id, octavo, model }   opens: octavo is the address of the package, model the bytes     →  { id, inputs, outputs }
//   { id, feeds }           runs                                                             →  { id, outputs }
//   { id, close: true }     lets the memory go                                               →  { id }
//   anything that fails                                                                      →  { id, error: { code, message } }

// Node's workers have a port; those of the web are one.
const port =
  globalThis.postMessage === undefined ? (await import('node:worker_threads')).parentPort : globalThis;
let session;

async function answer({ octavo, model, feeds, close }) {
  if (feeds !== undefined) return { outputs: await session.run(feeds) };
  if (close) return session?.dispose();
  const { Session } = await import(octavo);
  session = await Session.create(model);
  return { inputs: session.inputs, outputs: session.outputs };
}

port.onmessage = async ({ data: { id, ...request } }) => {
  try {
    const result = await answer(request);
    // Outputs are handed over, not copied.
    const buffers =
      request.feeds === undefined ? [] : Object.values(result.outputs).map(({ data }) => data.buffer);
    port.postMessage({ id, ...result }, buffers);
  } catch ({ code, message }) {
    port.postMessage({ id, error: { code, message } });
  }
};
