// The public API of `octavo/node`: all of `octavo`, and what only Node has. Re-exports only.

export * from './index.js';
