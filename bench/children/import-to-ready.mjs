// node import-to-ready.mjs ENTRY: milliseconds from before the import until the kernels are ready, as JSON.

const start = performance.now();
const { init } = await import(process.argv[2]);
const imported = performance.now();
await init();
console.log(JSON.stringify({ importMs: imported - start, readyMs: performance.now() - start }));
