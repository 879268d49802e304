// Quantizes a file: deno run --allow-read --allow-write quantize.js model.onnx OUTPUT.onnx
//
// Octavo itself needs no permission: its kernels come inside the script.

import { quantize } from 'octavo';

const [input, output] = Deno.args;
const bytes = await Deno.readFile(input);
const result = await quantize(bytes);
await Deno.writeFile(output, await result.bytes());
console.log(`${input}: ${bytes.byteLength} -> ${result.files[0].byteLength} bytes`);
