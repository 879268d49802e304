// Names what bytes look like when they are not an ONNX model, so that the error helps.

const MAGICS: readonly (readonly [offset: number, magic: string, what: string])[] = [
  [0, 'PK\x03\x04', 'a zip archive (unpack it first; PyTorch .pt and Keras .keras files are zips too)'],
  [0, '\x1f\x8b', 'gzip (decompress it first)'],
  [0, '\x28\xb5\x2f\xfd', 'zstd (decompress it first)'],
  [0, '\x89PNG', 'a PNG image'],
  [0, '\xff\xd8\xff', 'a JPEG image'],
  [0, '%PDF', 'a PDF'],
  [0, '\x89HDF', 'an HDF5 file, as Keras writes'],
  [0, 'GGUF', 'a GGUF file'],
  [4, 'TFL3', 'a TensorFlow Lite model'],
  [4, 'ORTM', 'an ONNX Runtime (.ort) model; quantize the .onnx it was made from'],
  [4, 'MSL2', 'a MindSpore Lite model'],
  [0, '\x80\x02', 'a Python pickle'],
  [0, '\x80\x04', 'a Python pickle'],
  [8, '{"', 'a safetensors file: weights without a graph'],
  [0, 'version https://git-lfs', 'a Git LFS pointer; fetch the real file with `git lfs pull`'],
];

/** What `head`, the first bytes of a file, is the start of. Undefined when it may be an ONNX model. */
export function looksLike(head: Uint8Array): string | undefined {
  if (head.byteLength === 0) return 'an empty file';
  // ModelProto begins with the field ir_version in every known writer.
  if (head[0] === 0x08) return undefined;
  for (const [offset, magic, what] of MAGICS) {
    if ([...magic].every((char, i) => head[offset + i] === char.charCodeAt(0))) return what;
  }
  const isText = head.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13);
  if (!isText) return undefined;
  const start = String.fromCharCode(...head.subarray(0, 64)).trimStart();
  if (start.startsWith('<')) return 'HTML or XML (was an error page downloaded in place of the model?)';
  return start.startsWith('{') || start.startsWith('[') ? 'JSON' : 'text';
}
