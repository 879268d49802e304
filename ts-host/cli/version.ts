// The version of the package, from its own manifest.

import { createRequire } from 'node:module';

/** `0.1.0` */
export function packageVersion(): string {
  // By the package's own name, so that it is found from dist/, its chunks and the sources alike.
  const manifest: unknown = createRequire(import.meta.url)('octavo/package.json');
  return (manifest as { version: string }).version;
}
