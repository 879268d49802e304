// The work of the part `runtimes` in a page: its answer is posted to the server it came from.

import * as octavo from '/dist/index.js';
import { measureModel } from '/runtime-work.js';

const query = new URLSearchParams(location.search);
const post = (answer) =>
  fetch(`/result/${query.get('name')}`, { method: 'POST', body: JSON.stringify(answer) });
try {
  const bytes = new Uint8Array(await (await fetch('/model.onnx')).arrayBuffer());
  await post(await measureModel(octavo, bytes, query.get('input'), query.get('dims').split('x').map(Number)));
} catch (error) {
  await post({ error: String(error?.stack ?? error) });
}
