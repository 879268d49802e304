// The integer mode on whole models: codes at their ends, in steps, against nodes run one by one and against onnxruntime-node
// with all of its own optimizations; and the scalar modules give the bytes of the SIMD ones.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, type TestContext, test } from 'node:test';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { buildWasm } from '../../scripts/build-wasm.js';
import { type GraphProto, ModelProtoSchema } from '../../ts-host/formats/onnx/proto/onnx_pb.js';
import {
  type IntegerMode,
  init,
  type QuantTarget,
  quantize,
  Session,
  type Tensor,
} from '../../ts-host/index.js';
import type { Feeds } from '../consumers/job.js';
import { enginesMissing, runModel } from '../consumers/run.js';
import { prepareOctavo } from '../support/octavo.js';
import { value } from '../support/onnxBuilder.js';
import { bytesOf, makeFeeds, type WholeModel } from './whole.js';
import {
  MOBILENET,
  OCR_CLASSIFIER,
  OCR_DETECTOR,
  OCR_RECOGNIZER,
  RETINAFACE_512,
  SQUEEZENET,
} from './wholeModels.js';

type Form = 'qdq' | 'operator';

interface Expected {
  readonly forms: readonly Form[];
  /** Least share of codes that are at most one step from those of nodes one by one: what rounds otherwise goes on from node to
   *  node, and grows over the attention of a recognizer. */
  readonly simulated: number;
  /** What the model is quantized for; default: onnxruntime. */
  readonly target?: QuantTarget;
  /** Whether the scalar modules, which are slow, run too. */
  readonly bits?: boolean;
}

/** Least share of codes at most one step from onnxruntime's. */
const NEAR = 0.999;

const cached = (name: string): Uint8Array =>
  readFileSync(new URL(`../../.cache/${name}.wasm`, import.meta.url));

/** Names of the codes that outputs are made of. */
function lastCodes({ node: nodes, output, initializer }: GraphProto): string[] {
  const makers = new Map(nodes.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const constants = new Set(initializer.map(({ name }) => name));
  const [found, seen] = [new Set<string>(), new Set<string>()];
  const visit = (name: string): void => {
    const maker = makers.get(name);
    if (maker === undefined || seen.has(name) || constants.has(name)) return;
    seen.add(name);
    if (/^Q(Linear|uantizeLinear)/.test(maker.opType)) found.add(name);
    else for (const input of maker.input) visit(input);
  };
  for (const { name } of output) visit(name);
  return [...found];
}

/** The quantized model, whose outputs are its last codes. */
async function quantizedCodes(
  model: Uint8Array,
  feeds: Feeds,
  representation: Form,
  target: QuantTarget,
): Promise<Uint8Array> {
  const calibration = [await makeFeeds(feeds)];
  const options = { mode: 'static', calibration, representation, method: 'minmax', target } as const;
  const result = await quantize(model, options);
  const proto = fromBinary(ModelProtoSchema, await result.bytes());
  await result.close();
  proto.graph!.output = lastCodes(proto.graph!).map((name) => value(name, undefined, 'uint8'));
  return toBinary(ModelProtoSchema, proto);
}

async function codesOf(model: Uint8Array, feeds: Feeds, integers: IntegerMode, t?: TestContext) {
  const session = await Session.create(model, { integers });
  try {
    const { nodes = [], counts } = session.diagnostics();
    const reasons = new Set(
      nodes.flatMap(({ opType, reason }) => (reason === undefined ? [] : [`${opType}: ${reason}`])),
    );
    t?.diagnostic(
      `${counts?.integer} nodes in integers, ${counts?.float} in float (${[...reasons].slice(0, 6).join('; ')})`,
    );
    return joined(Object.values(await session.run(await makeFeeds(feeds))));
  } finally {
    await session.dispose();
  }
}

const joined = (outputs: readonly Pick<Tensor, 'data'>[]): Buffer =>
  Buffer.concat(outputs.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)));

/** Share of codes that are at most one step apart, and the largest distance. */
function distance(a: Uint8Array, b: Uint8Array): { near: number; most: number; equal: number } {
  assert.equal(a.length, b.length);
  const apart = Array.from(a, (code, i) => Math.abs(code - b[i]!));
  const share = (limit: number): number => apart.filter((each) => each <= limit).length / apart.length;
  return { near: share(1), equal: share(0), most: apart.reduce((p, q) => Math.max(p, q), 0) };
}

const figures = ({ near, most, equal }: ReturnType<typeof distance>): string =>
  `${(equal * 100).toFixed(2)} % equal, ${(near * 100).toFixed(2)} % within a step, at most ${most} apart`;

function testIntegers(
  { name, model, absent, cases }: WholeModel,
  { forms, simulated, bits = false, target = 'onnxruntime-web' }: Expected,
): void {
  const [feeds] = Object.values(cases) as [Feeds];
  for (const form of forms) {
    test(`${name} ${form} for ${target} -> codes at most one step from onnxruntime's`, {
      skip: absent ?? enginesMissing() ?? false,
    }, async (t) => {
      await prepareOctavo();
      const bytes = await quantizedCodes(bytesOf(model), feeds, form, target);
      const fused = await codesOf(bytes, feeds, 'fused', t);
      const plain = distance(fused, await codesOf(bytes, feeds, 'simulated'));
      const { runs } = await runModel('node', bytes, [feeds], { optimization: 'all' });
      const engine = distance(fused, Buffer.concat(runs[0]!.map((output) => output.bytes)));
      t.diagnostic(`${fused.length} codes; onnxruntime: ${figures(engine)}; simulated: ${figures(plain)}`);
      if (bits) await init({ simd: cached('reference'), execute: cached('reference-execute') });
      assert.ok(fused.equals(await codesOf(bytes, feeds, 'fused')), 'SIMD and scalar modules differ');
      assert.ok(engine.near >= NEAR, `onnxruntime: ${figures(engine)}`);
      assert.ok(plain.near >= simulated, `simulated: ${figures(plain)}`);
    });
  }
}

before(() => buildWasm());

testIntegers(OCR_CLASSIFIER, { forms: ['qdq', 'operator'], simulated: 0.99, bits: true });
testIntegers(OCR_RECOGNIZER, { forms: ['qdq'], simulated: 0.4, bits: true });
testIntegers(OCR_DETECTOR, { forms: ['qdq'], simulated: 0.99 });
testIntegers(OCR_DETECTOR, { forms: ['qdq'], target: 'octavo', simulated: 0.99, bits: true });
testIntegers(MOBILENET, { forms: ['qdq'], simulated: 0.95 });
testIntegers(SQUEEZENET, { forms: ['operator'], simulated: 0.99 });
testIntegers(RETINAFACE_512, { forms: ['qdq'], simulated: 0.95 });
