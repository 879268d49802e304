// The workload's start in a browser: models by HTTP from the page's own server, result posted back to it.

import * as octavo from 'octavo';
import { runWorkload } from './workload.js';

const name = new URLSearchParams(location.search).get('name');

async function report(body) {
  await fetch(`/result/${name}`, { method: 'POST', body: JSON.stringify(body) });
}

try {
  const inputs = {};
  for (const file of await (await fetch('/inputs.json')).json()) {
    inputs[file] = async () => new Uint8Array(await (await fetch(`/inputs/${file}`)).arrayBuffer());
  }
  await report(await runWorkload(octavo, inputs));
} catch (error) {
  await report({ code: String(error?.code ?? ''), message: String(error?.message ?? error) });
}
