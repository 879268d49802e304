// The public API of `octavo/node`: all of `octavo`, and what only Node has. Re-exports only.

export * from './images.js';
export * from './index.js';
export { fileSource } from './io/node/file-source.js';
export { folderResolver } from './io/node/folder-resolver.js';
export { folderSink } from './io/node/folder-sink.js';
export { type CheckpointFile, checkpointFile } from './node/checkpointFile.js';
export { type FolderSamples, type FolderSamplesOptions, folderSamples } from './node/folderSamples.js';
export { type PaddleFilesOptions, readPaddleFiles } from './node/paddleFiles.js';
export { type QuantizeFileOptions, quantizeFile } from './node/quantizeFile.js';
