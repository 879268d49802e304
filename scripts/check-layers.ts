// Checks that imports run one way through the layers, that nothing is circular, and that each thing stays in its
// place: node: in the Node-only files, WebAssembly in ts-host/wasm, relaxed SIMD in relaxed.ts.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { blankComments, findCycle, type Import, importsOf, readTree, type Tree } from './imports.js';

/** Folders and files of ts-host, lowest first. A layer may import itself and those on lines above it. */
const LAYERS: readonly (readonly string[])[] = [
  ['errors'],
  ['context'],
  ['wasm', 'io'],
  ['ir'],
  ['tensor'],
  ['data'],
  ['passes'],
  ['formats'],
  ['execute'],
  ['observers'],
  ['calibrate'],
  ['quantize'],
  ['recover'],
  ['report'],
  ['api'],
  ['paddle'],
  ['paddleslim'],
  ['images'],
  ['index'],
  ['reporting', 'packing'],
  ['node'],
  ['cli'],
  ['entries'],
];

/** Packages of `dependencies`, and the folder that alone may import them; '' for all. */
const PACKAGES: Readonly<Record<string, string>> = {
  '@bufbuild/protobuf': '',
  commander: 'ts-host/cli/',
};

const NODE_ONLY =
  /^ts-host\/(io\/node\/|cli\/|node\/|node\.ts$|entries\/(node|cli|paddleslim-node|threads-node|threads-worker-node)\.ts$)/;

/** Every breach of the rules in `tree`, as a line naming the file, the import and the rule. */
export function checkLayers(tree: Tree): string[] {
  const imports = importsOf(tree);
  const found = imports.flatMap((edge) => {
    const broken = edge.from.startsWith('assembly/') ? breachInAssembly(edge) : breachInHost(edge);
    return broken === undefined ? [] : [`${edge.from}:${edge.line} imports ${edge.to}: ${broken}`];
  });
  const cycle = findCycle(imports);
  if (cycle !== undefined) found.push(`circular import: ${cycle.join(' -> ')}`);
  return [...found, ...misplacedWords(tree)];
}

function breachInHost({ from, to }: Import): string | undefined {
  if (to.startsWith('node:')) {
    return NODE_ONLY.test(from)
      ? undefined
      : 'node: belongs in ts-host/io/node, ts-host/node and ts-host/cli';
  }
  if (to.startsWith('ts-host/')) return breachOfLayers(from, to);
  if (to.startsWith('assembly/')) return 'the host knows kernels only by their exports';
  if (from.startsWith('ts-host/entries/') && /(^inline:|\.wasm(\?module)?$)/.test(to)) return undefined;
  if (to.startsWith('.')) return 'no such file';
  const name = Object.keys(PACKAGES).find((candidate) => to === candidate || to.startsWith(`${candidate}/`));
  if (name === undefined) return 'not a dependency of the package';
  return from.startsWith(PACKAGES[name]!) ? undefined : `${name} is for ${PACKAGES[name]} only`;
}

function breachOfLayers(from: string, to: string): string | undefined {
  const [low, high] = [layerOf(to), layerOf(from)];
  const [toRank, fromRank] = [rankOf(low), rankOf(high)];
  if (toRank < 0 || fromRank < 0) return `no layer is named ${toRank < 0 ? low : high}`;
  if (low !== high && toRank >= fromRank) return `${high} may not import ${low}`;
  if (NODE_ONLY.test(to) && !NODE_ONLY.test(from))
    return 'code for every runtime may not import code for Node';
  const [fromFormat, toFormat] = [formatOf(from), formatOf(to)];
  if (toFormat !== undefined && fromFormat !== undefined && fromFormat !== toFormat) {
    return 'no format imports another format';
  }
  return undefined;
}

/** `ts-host/ir/model.ts` -> `ir`, `ts-host/errors.ts` -> `errors`. */
function layerOf(path: string): string {
  return path.split('/')[1]!.replace(/\.ts$/, '');
}

function rankOf(layer: string): number {
  return LAYERS.findIndex((names) => names.includes(layer));
}

/** The folder of a format, undefined for what formats share. */
function formatOf(path: string): string | undefined {
  return /^ts-host\/formats\/([^/]+)\//.exec(path)?.[1];
}

/** The files of exports: one a module. */
const MODULE_ROOT =
  /^assembly\/(index|relaxed|execute|execute-relaxed|images|reference\/index|reference\/execute|reference\/images)\.ts$/;

function breachInAssembly({ from, to }: Import): string | undefined {
  if (!to.startsWith('assembly/')) return 'kernels import nothing from outside assembly/';
  if (MODULE_ROOT.test(to)) return 'nothing imports the files of exports';
  const isReference = from.startsWith('assembly/reference/');
  // A kernel without SIMD is its own reference: reference/execute.ts exports it again.
  const isScalar = MODULE_ROOT.test(from) && to.endsWith('/scalar.ts');
  if (isReference && to.startsWith('assembly/kernels/') && !isScalar) return 'the reference stands alone';
  if (to.startsWith('assembly/reference/') && !isReference) return 'kernels do not import their reference';
  if (MODULE_ROOT.test(from)) return undefined;
  const [fromFamily, toFamily] = [familyOf(from), familyOf(to)];
  if (toFamily !== undefined && toFamily !== fromFamily) return 'no family imports another family';
  return undefined;
}

/** `assembly/kernels/gemm/simd128.ts` and `assembly/reference/gemm.ts` -> `gemm`; undefined for shared leaves. */
function familyOf(path: string): string | undefined {
  return /^assembly\/(?:kernels|reference)\/([^/.]+)/.exec(path)?.[1];
}

function misplacedWords(tree: Tree): string[] {
  const found: string[] = [];
  for (const [path, raw] of tree) {
    const text = blankComments(raw);
    const line = (word: RegExp) => text.split('\n').findIndex((content) => word.test(content)) + 1;
    if (/^ts-host\/(?!wasm\/|entries\/)/.test(path) && line(/\bWebAssembly\.\w/) > 0) {
      found.push(`${path}:${line(/\bWebAssembly\.\w/)} names WebAssembly: only ts-host/wasm does`);
    }
    if (path.startsWith('assembly/') && !/relaxed\.ts$/.test(path) && line(/\brelaxed_\w+/) > 0) {
      found.push(`${path}:${line(/\brelaxed_\w+/)} uses relaxed SIMD: only relaxed.ts does`);
    }
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..');
  const tree = readTree(root, ['ts-host', 'assembly']);
  const found = checkLayers(tree);
  for (const line of found) console.error(line);
  console.log(`layers: ${tree.size} files, ${found.length} breaches`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
