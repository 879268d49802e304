// Spoils random cases of every operator in random ways (inputs left out, of other dtypes, ranks and dims, numbers far out
// of range in attributes and in small inputs) and answers what came of it. Whatever is wrong, it must be said with a code
// and the node, give all memory back, and leave the engine as it was: the sound case runs again to the same bytes.

import { OctavoError } from '../../ts-host/errors.js';
import type { DType } from '../../ts-host/ir/dtype.js';
import type { ExecutionEngine } from '../../ts-host/wasm/execution.js';
import { executionEngine } from '../support/engine.js';
import type { AttributeInput } from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';
import { type Case, caseModel, describeCase, presentInputs } from './cases.js';
import { operatorSuite } from './census.js';
import { countOf, type Feed, pick, random } from './feeds.js';
import { runLocally } from './local.js';
import { answer } from './suite.js';

export interface SpoilReport {
  readonly refused: number;
  readonly accepted: number;
  /** What went wrong, with the case. */
  readonly failures: string[];
}

const CASES_OF_A_LIST = 2;
const SPOILS_OF_A_CASE = 6;
const MEMORY_LIMIT = 2 ** 28;
/** No case takes a tenth of this. */
const LIMIT_MS = 3000;

const INTEGERS = [
  -1n,
  0n,
  1n,
  2n,
  -2n,
  7n,
  -9n,
  1000n,
  2n ** 31n,
  -(2n ** 31n),
  2n ** 32n,
  2n ** 40n,
  -(2n ** 62n),
];
const FLOATS = [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1e30, -1e-40];
const DTYPES: readonly DType[] = [
  'float32',
  'float64',
  'float16',
  'int8',
  'uint8',
  'int32',
  'int64',
  'bool',
  'uint64',
  'int4',
];

type Spoil = (rng: Rng, each: Case) => Case;

function withInput(each: Case, index: number, feed: Feed | undefined): Case {
  return { ...each, inputs: each.inputs.map((old, i) => (i === index ? feed : old)) };
}

function anyInput(rng: Rng, each: Case): { index: number; feed: Feed } | undefined {
  const present = presentInputs(each);
  return present.length === 0 ? undefined : pick(rng, present);
}

function changed(rng: Rng, each: Case, change: (feed: Feed) => Feed | undefined): Case {
  const input = anyInput(rng, each);
  return input === undefined ? each : withInput(each, input.index, change(input.feed));
}

function spoiledDims(rng: Rng, dims: readonly number[]): number[] {
  const at = rng.int(0, Math.max(0, dims.length - 1));
  const list = [...dims];
  switch (rng.int(0, 5)) {
    case 0:
      return [1, ...dims];
    case 1:
      return dims.slice(1);
    case 2:
      return [...dims, 2];
    case 3:
      return [countOf(dims)];
    case 4:
      list[at] = 0;
      return list;
    default:
      list[at] = (list[at] ?? 0) + pick(rng, [1, 2, 17]);
      return list;
  }
}

/** Another integer in a small input: an axis, a size, an index. */
function spoiledIntegers(rng: Rng, feed: Feed): Feed {
  if ((feed.dtype !== 'int64' && feed.dtype !== 'int32') || feed.data.length === 0) return feed;
  const data = feed.data.slice();
  const value = pick(rng, INTEGERS);
  data[rng.int(0, data.length - 1)] = (
    feed.dtype === 'int64' ? value : Number(BigInt.asIntN(32, value))
  ) as never;
  return { ...feed, data } as Feed;
}

function spoiledList(rng: Rng, list: readonly (bigint | number)[]): AttributeInput {
  const other = (): bigint | number =>
    typeof list[0] === 'number' ? pick(rng, FLOATS) : pick(rng, INTEGERS);
  const at = rng.int(0, Math.max(0, list.length - 1));
  switch (rng.int(0, 3)) {
    case 0:
      return list.slice(1) as bigint[];
    case 1:
      return [...list, other()] as bigint[];
    default:
      return list.map((value, i) => (i === at ? other() : value)) as bigint[];
  }
}

function spoiledAttribute(rng: Rng, value: AttributeInput): AttributeInput | undefined {
  if (rng.int(0, 7) === 0) return pick<AttributeInput>(rng, [1n, 0.5, 'nonsense', [1n, 2n], [0.5]]);
  if (typeof value === 'bigint' || typeof value === 'boolean') return pick(rng, INTEGERS);
  if (typeof value === 'number') return pick(rng, FLOATS);
  if (typeof value === 'string') return pick(rng, ['', 'nonsense', value.toLowerCase()]);
  const isNumbers =
    Array.isArray(value) && value.every((each) => typeof each === 'bigint' || typeof each === 'number');
  return isNumbers ? spoiledList(rng, value as bigint[]) : undefined;
}

const SPOILS: readonly Spoil[] = [
  (rng, each) => changed(rng, each, () => undefined),
  (rng, each) => changed(rng, each, ({ dims }) => random(rng, pick(rng, DTYPES), dims)),
  (rng, each) => changed(rng, each, ({ dtype, dims }) => random(rng, dtype, spoiledDims(rng, dims))),
  (rng, each) => changed(rng, each, ({ dtype, dims }) => random(rng, dtype, spoiledDims(rng, dims))),
  (rng, each) => changed(rng, each, (feed) => spoiledIntegers(rng, feed)),
  (rng, each) => ({ ...each, inputs: [...each.inputs, random(rng, 'float32', [2])] }),
  (rng, each) => ({ ...each, opset: pick(rng, [1, 6, 7, 10, 13, 18, 23]) }),
  (rng, each) => ({ ...each, outputs: rng.int(1, 4) }),
  spoilAttribute,
  spoilAttribute,
  spoilAttribute,
];

function spoilAttribute(rng: Rng, each: Case): Case {
  const names = Object.keys(each.attributes ?? {});
  if (names.length === 0) return each;
  const name = pick(rng, names);
  const { [name]: value, ...others } = each.attributes!;
  const other = rng.int(0, 5) === 0 ? undefined : spoiledAttribute(rng, value!);
  return { ...each, attributes: other === undefined ? others : { ...others, [name]: other } };
}

async function runCase(
  opType: string,
  each: Case,
  engine: ExecutionEngine,
): Promise<ReadonlyMap<string, Feed>> {
  const constants = new Set(each.constants);
  const present = presentInputs(each).filter(({ index }) => !constants.has(index));
  const feeds = new Map(present.map(({ name, feed }) => [name, feed]));
  return runLocally(caseModel(opType, each, constants), feeds, engine);
}

/** undefined if the refusal is as it must be. */
function faultOf(error: unknown, ms: number): string | undefined {
  if (ms > LIMIT_MS) return `takes ${Math.round(ms)} ms`;
  if (!(error instanceof OctavoError))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { node, tensor } = error.place;
  return node === undefined && tensor === undefined
    ? `names no node: ${error.code} ${error.message}`
    : undefined;
}

function bytesIn(outputs: ReadonlyMap<string, Feed>): string {
  return JSON.stringify(
    [...outputs].map(([name, { dtype, dims, data }]) => [name, dtype, dims, [...data].map(String)]),
  );
}

async function spoilSuite(): Promise<SpoilReport> {
  const engine = await executionEngine('strict', MEMORY_LIMIT);
  const report = { refused: 0, accepted: 0, failures: [] as string[] };
  const only = process.argv[2];
  for (const [number, { opType, cases }] of (await operatorSuite()).entries()) {
    if (only !== undefined && opType !== only) continue;
    for (const [index, sound] of cases.slice(0, CASES_OF_A_LIST).entries()) {
      const rng = new Rng(1000 * number + index);
      const before = bytesIn(await runCase(opType, sound, engine));
      for (let i = 0; i < SPOILS_OF_A_CASE; i++) {
        const spoiled = pick(rng, SPOILS)(rng, sound);
        const start = performance.now();
        const error: unknown = await runCase(opType, spoiled, engine).then(
          () => undefined,
          (caught) => caught,
        );
        const ms = performance.now() - start;
        if (error === undefined && ms <= LIMIT_MS) report.accepted++;
        else {
          report.refused++;
          const fault = faultOf(error, ms);
          if (fault !== undefined) report.failures.push(`${describeCase(opType, spoiled)}\n${fault}`);
        }
      }
      const after = bytesIn(await runCase(opType, sound, engine));
      if (after !== before)
        report.failures.push(`${describeCase(opType, sound)}\nends otherwise after spoiled runs`);
    }
  }
  return report;
}

answer(await spoilSuite());
