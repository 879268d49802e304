// External data: a model names other files, and an attacker may have written the model. Names are checked as
// strings here; a resolver, always given by the caller, decides what a name may open.

import { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { type SourceInput, toSource } from './any-source.js';
import type { Source } from './source.js';

/** Opens the file a model calls `location`.
 *  @throws OctavoError `EXTERNAL_DATA_REFUSED` (unsafe), `EXTERNAL_DATA_MISSING` (not there). */
export type ExternalResolver = (location: string) => Promise<Source>;

const LONGEST_LOCATION = 4096;

/** Refuses every location that could leave the model's folder on any system, and returns the others in one
 *  spelling: segments joined by '/', without '.' and empty segments.
 *  Refused: empty, absolute, backslashes, a drive letter or URL scheme, any '..', NUL, over 4096 characters.
 *  @throws OctavoError `EXTERNAL_DATA_REFUSED` */
export function checkLocation(location: string): string {
  const reason = unsafeReason(location);
  if (reason !== undefined) throw refused(location, reason);
  return location
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
}

function unsafeReason(location: string): string | undefined {
  if (location.length > LONGEST_LOCATION) return `is longer than ${LONGEST_LOCATION} characters`;
  if (location.includes('\0')) return 'holds a NUL character';
  if (location.includes('\\')) return 'holds a backslash';
  if (location.startsWith('/')) return 'is absolute';
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(location)) return 'has a drive letter or URL scheme';
  const segments = location.split('/');
  if (segments.includes('..')) return 'holds ".."';
  if (segments.every((segment) => segment === '' || segment === '.')) return 'names no file';
  return undefined;
}

/** The error for a location that must not be opened. */
export function refused(location: string, reason: string, cause?: unknown): OctavoError {
  return new OctavoError(
    'EXTERNAL_DATA_REFUSED',
    `the location of external data ${reason}`,
    { file: shown(location) },
    cause === undefined ? undefined : { cause },
  );
}

/** The error for a location where there is no file. */
export function missing(location: string, cause?: unknown): OctavoError {
  return new OctavoError(
    'EXTERNAL_DATA_MISSING',
    'no external data of this name',
    { file: shown(location) },
    cause === undefined ? undefined : { cause },
  );
}

/** Locations come from the model: they are shown escaped and cut. */
function shown(location: string): string {
  const text = JSON.stringify(location.slice(0, 200)).slice(1, -1);
  return location.length > 200 ? `${text}…` : text;
}

/** Resolves locations from inputs given by name; nothing else can be opened.
 *  @example
 *  ```ts
 *  const resolve = mapResolver({ 'model.onnx.data': fileInput.files[1] });
 *  ``` */
export function mapResolver(
  files: Readonly<Record<string, SourceInput>> | ReadonlyMap<string, SourceInput>,
  context: RunContext = new RunContext(),
): ExternalResolver {
  const inputs = new Map<string, SourceInput>();
  const entries = isMap(files) ? files.entries() : Object.entries(files);
  for (const [location, input] of entries) inputs.set(checkLocation(location), input);
  return async (location) => {
    const input = inputs.get(checkLocation(location));
    if (input === undefined) throw missing(location);
    return toSource(input, context, location);
  };
}

function isMap(files: object): files is ReadonlyMap<string, SourceInput> {
  return Object.prototype.toString.call(files) === '[object Map]';
}

/** A resolver that opens each location once, and what it opened. */
export interface CachingResolver {
  readonly resolve: ExternalResolver;
  /** Closes all sources that were opened; resolve() fails from now on.
   *  @throws OctavoError the first failure to close, after all were tried. */
  close(): Promise<void>;
}

/** Opens each location once: many tensors of a model lie in one file. Two spellings of a location are one. */
export function cachingResolver(resolver: ExternalResolver): CachingResolver {
  const opened = new Map<string, Promise<Source>>();
  let closed = false;
  return {
    async resolve(location) {
      const key = checkLocation(location);
      if (closed) throw new OctavoError('IO_FAILED', 'the resolver is closed', { file: shown(location) });
      let source = opened.get(key);
      if (source === undefined) opened.set(key, (source = resolver(key)));
      return source;
    },
    async close() {
      closed = true;
      const sources = await Promise.allSettled(opened.values());
      opened.clear();
      const closings = await Promise.allSettled(
        sources.map(async (source) => (source.status === 'fulfilled' ? source.value.close?.() : undefined)),
      );
      for (const closing of closings) if (closing.status === 'rejected') throw closing.reason;
    },
  };
}
