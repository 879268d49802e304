// Reads the import graph of a source tree. Files are given as path -> text, so that tests can check trees that exist
// nowhere.

import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Source files: path from the root, with forward slashes -> text. */
export type Tree = ReadonlyMap<string, string>;

export interface Import {
  readonly from: string;
  /** A path of the tree for a relative import that resolves, else the specifier as written. */
  readonly to: string;
  readonly line: number;
}

/** Statements are formatted by biome, so an import or export starts its line and holds no quote before the path. */
const STATEMENT = /^[ \t]*(?:import|export)\b(?:[^'"`;]*?\bfrom)?[ \t]*['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\([ \t\n]*['"]([^'"]+)['"]/g;

export function readTree(root: string, folders: readonly string[]): Tree {
  const tree = new Map<string, string>();
  for (const folder of folders) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort();
    for (const name of names) {
      if (!name.endsWith('.ts')) continue;
      tree.set(
        posix.join(folder, name.replaceAll('\\', '/')),
        readFileSync(join(root, folder, name), 'utf8'),
      );
    }
  }
  return tree;
}

/** Every import, export-from and import() in `tree`, type-only ones too: a layer is about knowing, not about loading. */
export function importsOf(tree: Tree): Import[] {
  const imports: Import[] = [];
  for (const [from, raw] of tree) {
    const text = blankComments(raw);
    for (const pattern of [STATEMENT, DYNAMIC]) {
      for (const match of text.matchAll(pattern)) {
        const end = match.index + match[0].length;
        imports.push({
          from,
          to: resolve(tree, from, match[1]!),
          line: text.slice(0, end).split('\n').length,
        });
      }
    }
  }
  return imports;
}

/** `text` with comments made of whole lines emptied; line numbers stay. */
export function blankComments(text: string): string {
  return text.replace(/^[ \t]*\/\*[\s\S]*?\*\/|^[ \t]*\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, ''));
}

function resolve(tree: Tree, from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  const path = posix.join(posix.dirname(from), specifier);
  const candidates = [path.replace(/\.js$/, '.ts'), `${path}.ts`, `${path}/index.ts`];
  return candidates.find((candidate) => tree.has(candidate)) ?? specifier;
}

/** A cycle of imports as the list of its files, the first repeated at the end; undefined when there is none. */
export function findCycle(imports: readonly Import[]): string[] | undefined {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
  const done = new Set<string>();
  const visit = (file: string, road: string[]): string[] | undefined => {
    if (road.includes(file)) return [...road.slice(road.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of targets.get(file) ?? []) {
      const cycle = visit(target, [...road, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of targets.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
