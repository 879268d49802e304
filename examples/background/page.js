// A model picked by the user runs in a worker; the page goes on drawing.

import { BackgroundSession } from './background-session.js';

const element = (id) => document.getElementById(id);

/** Moves the bar with every frame that the page draws. */
function draw(time) {
  element('progress').value = (time / 1000) % 1;
  if (!element('progress').hidden) requestAnimationFrame(draw);
}

async function run(file, dims) {
  const worker = new Worker(new URL('session-worker.js', import.meta.url), { type: 'module' });
  const session = new BackgroundSession(worker);
  try {
    // A worker has no import map, so it is told where the package is.
    await session.open(import.meta.resolve('octavo'), new Uint8Array(await file.arrayBuffer()));
    const data = new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.5);
    const [[name, output]] = Object.entries(await session.run({ [session.inputs[0].name]: { data, dims } }));
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([output.data]));
    link.download = 'output.bin';
    link.textContent = `Save ${name}, ${output.dtype} [${output.dims.join(', ')}]`;
    element('downloads').replaceChildren(link);
    element('status').textContent = 'Done.';
  } finally {
    worker.terminate();
  }
}

element('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  element('downloads').replaceChildren();
  element('start').disabled = true;
  element('progress').hidden = false;
  requestAnimationFrame(draw);
  try {
    await run(element('file').files[0], element('dims').value.split('x').map(Number));
  } catch (error) {
    element('status').textContent = `${error.message} [${error.code}]`;
  } finally {
    element('start').disabled = false;
    element('progress').hidden = true;
  }
});
