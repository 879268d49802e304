// The workload's start in a browser: models as Blobs from the page's own server, result posted back to it.

import * as octavo from 'octavo';
import * as images from 'octavo/images';
import * as paddle from 'octavo/paddle';
import * as paddleslim from 'octavo/paddleslim';
import 'octavo/threads';
import { errorAnswer } from './answer.mjs';
import { runWorkload } from './workload.js';

const parameters = new URLSearchParams(location.search);
const name = parameters.get('name');

async function report(body) {
  await fetch(`/result/${name}`, { method: 'POST', body: JSON.stringify(body) });
}

try {
  const inputs = {};
  for (const file of await (await fetch('/inputs.json')).json()) {
    inputs[file] = async () => (await fetch(`/inputs/${file}`)).blob();
  }
  await report(
    await runWorkload({ octavo, images, paddle, paddleslim }, inputs, Number(parameters.get('threads'))),
  );
} catch (error) {
  await report(errorAnswer(error));
}
