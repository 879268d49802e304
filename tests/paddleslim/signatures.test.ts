// PaddleSlim's own signatures (tests/golden/paddle/signatures.json): every parameter is taken with its default, which is ours too, and
// docs/paddleslim.md tells of it in the section of its function. What is refused is refused with a reason.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { dynamicSettings } from '../../ts-host/paddleslim/options/dynamic.js';
import { embeddingSettings } from '../../ts-host/paddleslim/options/embedding.js';
import { staticSettings } from '../../ts-host/paddleslim/options/static.js';

interface Parameter {
  readonly name: string;
  readonly default?: unknown;
}

interface Signatures {
  readonly functions: Readonly<Record<string, readonly Parameter[]>>;
  readonly embedding: {
    readonly quantize_op_types: readonly string[];
    readonly quantize_type: readonly string[];
    readonly default: Readonly<Record<string, unknown>>;
  };
}

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const { functions, embedding } = JSON.parse(read('tests/golden/paddle/signatures.json')) as Signatures;

const camelCase = (name: string): string =>
  name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The part of docs/paddleslim.md below a heading. */
function section(heading: string): string {
  const found = read('docs/paddleslim.md')
    .split(/^## /m)
    .find((part) => part.startsWith(`${heading}\n`));
  assert.ok(found, heading);
  return found;
}

/** What options come to, without what a run is told. */
function settled(settings: (options: never) => { run: unknown }, options: object): object {
  const { run: _, ...rest } = settings(options as never);
  return rest;
}

/** Names of the files that are written are given, for those that are not depend on the layout; of a ProgramDesc they are PaddleSlim's
 *  (tests/paddleslim/mobilenet.test.ts). */
const model = {
  model_dir: 'm',
  save_model_filename: 'model.pdmodel',
  save_params_filename: 'model.pdiparams',
};

for (const { theirs, ours, settings, needed, also } of [
  {
    theirs: 'quant_post_static',
    ours: 'quantPostStatic',
    settings: staticSettings,
    needed: { ...model, data_loader: [] },
    also: {},
  },
  {
    theirs: 'quant_post_dynamic',
    ours: 'quantPostDynamic',
    settings: dynamicSettings,
    needed: model,
    also: {},
  },
  // A program that is loaded already is the model here.
  {
    theirs: 'quant_embedding',
    ours: 'quantEmbedding',
    settings: embeddingSettings,
    needed: model,
    also: { program: 'model_dir' },
  },
]) {
  describe(`${ours} beside ${theirs}`, () => {
    const parameters = functions[theirs]!.map(({ name, ...rest }) => ({
      name: (also as Record<string, string>)[name] ?? name,
      ...rest,
    }));
    const before = settled(settings, needed);

    it('every default of theirs, in both spellings -> what comes without it', () => {
      const withDefault = parameters.filter((each) => 'default' in each && !(each.name in needed));
      assert.ok(withDefault.length > 0);
      for (const { name, default: value } of withDefault) {
        for (const spelled of [name, camelCase(name)]) {
          assert.deepEqual(settled(settings, { ...needed, [spelled]: value }), before, spelled);
        }
      }
    });

    it('parameters without a default -> taken', () => {
      const without = parameters.filter((each) => !('default' in each));
      assert.ok(without.length > 0);
      for (const { name } of without) settled(settings, { ...needed, [name]: 'a' });
    });

    it('docs/paddleslim.md -> tells of each', () => {
      const text = section(ours);
      const untold = parameters
        .map(({ name }) => camelCase(name))
        .filter((name) => !text.includes(`\`${name}`));
      assert.deepEqual(untold, []);
    });
  });
}

describe('the configuration of quantEmbedding', () => {
  const types = ['lookup_table', 'lookup_table_v2'];

  it('their defaults -> ours', () => {
    const config = Object.fromEntries(types.map((type) => [type, embedding.default]));
    const given = settled(embeddingSettings, { ...model, config: { quantize_op_types: types, ...config } });
    assert.deepEqual(given, settled(embeddingSettings, model));
    for (const type of embedding.quantize_type) {
      settled(embeddingSettings, { ...model, config: { lookup_table: { quantize_type: type } } });
    }
  });

  it('types of theirs that are not done -> refused with those that are, and told', () => {
    const others = embedding.quantize_op_types.filter((type) => !types.includes(type));
    assert.equal(others.length, 2);
    for (const type of others) {
      const refused = () => settled(embeddingSettings, { ...model, config: { quantize_op_types: [type] } });
      assert.throws(refused, { code: 'INVALID_ARGUMENT', message: /one of lookup_table, lookup_table_v2/ });
      assert.ok(section('quantEmbedding').includes(`\`${type}\``), type);
    }
  });
});
