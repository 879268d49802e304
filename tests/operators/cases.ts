// A case of an operator, and the ONNX model made of it. Inputs are called x0, x1, …, outputs y0, y1, ….

import { create } from '@bufbuild/protobuf';
import { ValueInfoProtoSchema } from '../../ts-host/formats/onnx/proto/onnx_pb.js';
import { type AttributeInput, type ModelInput, model, node, tensor, value } from '../support/onnxBuilder.js';
import type { Bound } from './bounds.js';
import type { Feed } from './feeds.js';

export interface Case {
  /** Version of the standard operators; default 17. */
  readonly opset?: number;
  /** Domain of the operator, if not the standard one, with its version (default 1). */
  readonly domain?: string;
  readonly domainVersion?: number;
  readonly attributes?: Readonly<Record<string, AttributeInput>>;
  /** undefined: an optional input that is left out. */
  readonly inputs: readonly (Feed | undefined)[];
  /** How many outputs, or which ones are wanted; default 1. */
  readonly outputs?: number | readonly boolean[];
  /** Indices of inputs that are initializers of the model instead of feeds. */
  readonly constants?: readonly number[];
  /** More than one node, or nested graphs: nodes that read x0, x1, … and make y0, y1, …. */
  readonly graph?: Pick<ModelInput, 'nodes' | 'initializers' | 'functions' | 'domains'>;
  /** What must come out, where onnxruntime is no judge (say why in the test): then it is not run. */
  readonly expected?: readonly (Feed | undefined)[];
  /** An equal case in a form that onnxruntime has, where it lacks this one: inputs in place of `inputs`. */
  readonly judged?: readonly (Feed | undefined)[];
  /** How near, if other than the operator's other cases. */
  readonly bound?: Bound | readonly Bound[];
  /** Shown on failure. */
  readonly note?: string;
}

/** Which outputs of a case are wanted. */
export function wantedOutputs({ outputs = 1 }: Case): readonly boolean[] {
  return typeof outputs === 'number' ? Array.from({ length: outputs }, () => true) : outputs;
}

/** Names and indices of the case's inputs that are there. */
export function presentInputs({ inputs }: Case): { name: string; index: number; feed: Feed }[] {
  return inputs.flatMap((feed, index) => (feed === undefined ? [] : [{ name: `x${index}`, index, feed }]));
}

const bytesOf = ({ data }: Feed): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** The bytes of a model of the case.
 *  @param constants - indices of inputs that become initializers */
export function caseModel(opType: string, each: Case, constants: ReadonlySet<number>): Uint8Array {
  const wanted = wantedOutputs(each);
  const present = presentInputs(each);
  const { domain = '', domainVersion = 1, graph } = each;
  const names = each.inputs.map((feed, index) => (feed === undefined ? '' : `x${index}`));
  while (names.at(-1) === '') names.pop();
  const outputs = wanted.map((yes, index) => (yes ? `y${index}` : ''));
  const single = () => [node(opType, names, outputs, each.attributes, { name: 'node', domain })];
  return model({
    opset: each.opset ?? 17,
    irVersion: 10,
    domains: { ...(domain === '' ? {} : { [domain]: domainVersion }), ...graph?.domains },
    nodes: graph?.nodes ?? single(),
    functions: graph?.functions ?? [],
    initializers: [
      ...present
        .filter(({ index }) => constants.has(index))
        .map(({ name, feed }) => tensor(name, feed.dtype, feed.dims, bytesOf(feed))),
      ...(graph?.initializers ?? []),
    ],
    inputs: present
      .filter(({ index }) => !constants.has(index))
      .map(({ name, feed }) => value(name, feed.dims, feed.dtype)),
    // Without types: what comes out is the engine's to say.
    outputs: outputs.filter((name) => name !== '').map((name) => create(ValueInfoProtoSchema, { name })),
  });
}

/** One line that says what the case is. */
export function describeCase(opType: string, each: Case): string {
  const inputs = each.inputs.map((feed, index) =>
    feed === undefined
      ? '-'
      : `${feed.dtype}[${feed.dims}]${each.constants?.includes(index) ? ' constant' : ''}${shortValues(feed)}`,
  );
  const attributes = JSON.stringify(each.attributes ?? {}, (_, v) => (typeof v === 'bigint' ? Number(v) : v));
  const domain = each.domain ? `${each.domain}.` : '';
  const note = each.note === undefined ? '' : ` (${each.note})`;
  return `${domain}${opType}-${each.opset ?? 17} ${inputs.join(', ')} ${attributes.slice(0, 500)}${note}`;
}

function shortValues({ dtype, data }: Feed): string {
  return dtype === 'int64' && data.length <= 8 ? ` = ${data.join(' ')}` : '';
}
