// Quantizes a file: node quantize.mjs model.onnx OUTPUT_FOLDER
//
// The model is read in pieces and never held as a whole. Nothing is visible in the folder until all of it is
// written; an error or Ctrl-C leaves nothing behind.

import { basename } from 'node:path';
import { fileSource, folderSink, quantize } from 'octavo/node';

const [input, folder] = process.argv.slice(2);
const source = await fileSource(input);
try {
  const result = await quantize(source, { fileName: basename(input) });
  await result.writeTo(folderSink(folder));
  for (const { name, byteLength } of result.files)
    console.log(`${name}: ${source.size} -> ${byteLength} bytes`);
} finally {
  await source.close();
}
