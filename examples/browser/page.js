// A file picked by the user is quantized on the user's device and offered for download.

import { quantize } from 'octavo';

const element = (id) => document.getElementById(id);
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;

/** Lets the Stop button end the run that is going on. */
let running;

async function run(file) {
  running = new AbortController();
  const result = await quantize(file, {
    mode: element('mode').value,
    fileName: file.name.replace(/\.onnx$/, '_quantized.onnx'),
    signal: running.signal,
    onProgress({ phase, done, total }) {
      element('progress').value = total === 0 ? 1 : done / total;
      element('status').textContent = `${phase}: ${megabytes(done)} of ${megabytes(total)}`;
    },
  });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await new Response(result.stream()).blob());
  link.download = result.files[0].name;
  link.textContent = `Save ${link.download}, ${megabytes(result.byteLength)}`;
  element('downloads').replaceChildren(link);
  element('status').textContent = `${megabytes(file.size)} became ${megabytes(result.byteLength)} (mode ${
    result.plan.mode
  }).`;
}

function setRunning(isRunning) {
  element('start').disabled = isRunning;
  element('stop').hidden = !isRunning;
  element('progress').hidden = !isRunning;
}

element('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  element('downloads').replaceChildren();
  setRunning(true);
  try {
    await run(element('file').files[0]);
  } catch (error) {
    // An OctavoError has a code to branch on, and its message names the place in the file.
    element('status').textContent =
      error.code === 'ABORTED' ? 'Stopped.' : `${error.message} [${error.code}]`;
  } finally {
    setRunning(false);
  }
});
element('stop').addEventListener('click', () => running.abort());
