// Quantizes a file: bun quantize.js model.onnx OUTPUT.onnx
//
// A Bun.file is a Blob, and Octavo reads a Blob in pieces.

import { quantize } from 'octavo';

const [input, output] = Bun.argv.slice(2);
const file = Bun.file(input);
const result = await quantize(file);
await Bun.write(output, await result.bytes());
console.log(`${input}: ${file.size} -> ${result.files[0].byteLength} bytes`);
