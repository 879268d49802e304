// The layer check finds each kind of breach and names it, and finds none in what is allowed.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkLayers } from '../../scripts/check-layers.js';

/** A tree where every file exists; a value lists the lines of the file. */
function check(files: Record<string, string>): string[] {
  return checkLayers(new Map(Object.entries(files)));
}

const empty = { 'ts-host/errors.ts': '', 'ts-host/ir/model.ts': '', 'ts-host/wasm/load.ts': '' };

describe('checkLayers', () => {
  it('imports that run downwards -> nothing', () => {
    const files = {
      ...empty,
      'ts-host/ir/model.ts':
        "import { OctavoError } from '../errors.js';\nimport type { A } from './dtype.js';",
      'ts-host/ir/dtype.ts':
        '// node:fs and WebAssembly in a comment are fine\n/* so is\n WebAssembly here */',
      'ts-host/io/node/file.ts': "import { open } from 'node:fs/promises';",
      'ts-host/cli/main.ts': "import { Command } from 'commander';\nimport { a } from '../io/node/file.js';",
      'ts-host/formats/onnx/reader.ts':
        "import { a } from '@bufbuild/protobuf/wire';\nimport b from '../limits.js';",
      'ts-host/formats/limits.ts': '',
      'ts-host/wasm/load.ts': 'WebAssembly.validate(bytes);',
      'ts-host/entries/workerd.ts': "import simd from './simd.wasm';",
      'assembly/index.ts':
        "export { abiVersion } from './abi/version';\nexport { a } from './kernels/gemm/simd128';",
      'assembly/abi/version.ts': '',
      'assembly/kernels/gemm/simd128.ts': "import { a } from './tile';\nimport { b } from '../../num/sum';",
      'assembly/kernels/gemm/tile.ts': '',
      'assembly/num/sum.ts': '',
      'assembly/kernels/gemm/relaxed.ts': 'i32x4.relaxed_dot_i8x16_i7x16_add_s(a, b, c);',
    };
    assert.deepEqual(check(files), []);
  });

  const breaches: [string, Record<string, string>, RegExp][] = [
    [
      'a layer that imports a higher one',
      { 'ts-host/errors.ts': "\nimport { a } from './ir/model.js';" },
      /^ts-host\/errors\.ts:2 imports ts-host\/ir\/model\.ts: errors may not import ir$/,
    ],
    [
      'a type-only import over several lines',
      { 'ts-host/wasm/load.ts': "import type {\n  A,\n  B,\n} from '../ir/model.js';" },
      /^ts-host\/wasm\/load\.ts:4 .*wasm may not import ir$/,
    ],
    [
      'a re-export',
      { 'ts-host/ir/model.ts': "export * from '../index.js';", 'ts-host/index.ts': '' },
      /ir may not import index$/,
    ],
    [
      'a dynamic import',
      { 'ts-host/wasm/load.ts': "const a = await import('../ir/model.js');" },
      /wasm may not import ir$/,
    ],
    ['siblings', { 'ts-host/io/a.ts': "import { a } from '../wasm/load.js';" }, /io may not import wasm$/],
    [
      'a folder without a layer',
      { 'ts-host/misc/a.ts': "import a from '../errors.js';" },
      /no layer is named misc$/,
    ],
    [
      'node: in common code',
      { 'ts-host/ir/model.ts': "import fs from 'node:fs';" },
      /imports node:fs: node: belongs/,
    ],
    [
      'common code that imports Node code',
      { 'ts-host/io/a.ts': "import a from './node/b.js';", 'ts-host/io/node/b.ts': '' },
      /may not import code for Node$/,
    ],
    [
      'a package that is no dependency',
      { 'ts-host/ir/model.ts': "import a from 'lodash';" },
      /not a dependency/,
    ],
    [
      'a package in the wrong folder',
      { 'ts-host/ir/model.ts': "import a from 'commander';" },
      /commander is for ts-host/,
    ],
    ['a missing file', { 'ts-host/ir/model.ts': "import a from './gone.js';" }, /no such file$/],
    [
      'a format that imports another',
      { 'ts-host/formats/a/x.ts': "import y from '../b/y.js';", 'ts-host/formats/b/y.ts': '' },
      /no format imports another format$/,
    ],
    [
      'WebAssembly above wasm',
      { 'ts-host/ir/model.ts': '\nnew WebAssembly.Memory({});' },
      /model\.ts:2 names WebAssembly/,
    ],
    [
      'a kernel that imports its reference',
      {
        'assembly/kernels/a/simd128.ts': "import { a } from '../../reference/a';",
        'assembly/reference/a.ts': '',
      },
      /kernels do not import their reference$/,
    ],
    [
      'a family that imports another',
      { 'assembly/kernels/a/x.ts': "import { y } from '../b/y';", 'assembly/kernels/b/y.ts': '' },
      /no family imports another family$/,
    ],
    [
      'a reference that imports a kernel',
      { 'assembly/reference/a.ts': "import { y } from '../kernels/a/y';", 'assembly/kernels/a/y.ts': '' },
      /the reference stands alone$/,
    ],
    [
      'a leaf that imports the exports',
      { 'assembly/num/a.ts': "import { y } from '../index';", 'assembly/index.ts': '' },
      /nothing imports the files of exports$/,
    ],
    [
      'relaxed SIMD in a strict kernel',
      { 'assembly/kernels/a/simd128.ts': 'f32x4.relaxed_madd(a, b, c)' },
      /uses relaxed SIMD/,
    ],
  ];
  for (const [name, files, expected] of breaches) {
    it(`${name} -> one line that says so`, () => {
      const found = check({ ...empty, ...files });
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0]!, expected);
    });
  }

  it('a cycle -> its files in order', () => {
    const found = check({
      'ts-host/ir/a.ts': "import { b } from './b.js';",
      'ts-host/ir/b.ts': "import type { c } from './c.js';",
      'ts-host/ir/c.ts': "export { a } from './a.js';",
    });
    assert.deepEqual(found, [
      'circular import: ts-host/ir/a.ts -> ts-host/ir/b.ts -> ts-host/ir/c.ts -> ts-host/ir/a.ts',
    ]);
  });
});
