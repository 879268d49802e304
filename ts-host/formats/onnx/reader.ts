// readOnnx: an ONNX file to a Model. Only structure is decoded; every weight stays in its source until somebody
// asks for its chunks, so a model of any size opens in the memory its graph needs.

import type { RunContext } from '../../context.js';
import { OctavoError } from '../../errors.js';
import type { ExternalResolver } from '../../io/external.js';
import type { Source } from '../../io/source.js';
import { checkConsistency } from '../../ir/check.js';
import type { Graph, Model, ModelFunction, Node } from '../../ir/model.js';
import { MAX_MESSAGE_BYTES } from './limits.js';
import type { FunctionBody, ModelOrigin, TrainingInfo } from './origin.js';
import {
  FunctionProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  TrainingInfoProtoSchema,
} from './proto/onnx_pb.js';
import { readAttribute } from './readAttribute.js';
import { graphsBelow, readGraph, readNode, standardDomain } from './readGraph.js';
import { ReadSession, type Taken } from './session.js';
import { looksLike } from './sniff.js';
import type { FieldCursor } from './wire.js';

export interface ReadOnnxOptions {
  /** Opens files that hold external data, by the location the model names. */
  readonly external?: ExternalResolver | undefined;
}

const GRAPH = 7;
const TRAINING_INFO = 20;
const FUNCTIONS = 25;
const SNIFF_BYTES = 512;

/** Reads an ONNX model. The sources must stay open as long as the model is used. Memory for the structure is
 *  counted in `context.budget` and stays counted.
 *  @throws OctavoError `NOT_A_MODEL` (saying what the bytes look like), `TRUNCATED`, `MALFORMED`, `SHAPE_MISMATCH`,
 *  `GRAPH_INVALID`, `LIMIT_EXCEEDED`, `UNSUPPORTED_DTYPE`, `EXTERNAL_DATA_REFUSED`, `EXTERNAL_DATA_MISSING`,
 *  `MEMORY_LIMIT`, `IO_FAILED`, `ABORTED`. */
export async function readOnnx(
  source: Source,
  options: ReadOnnxOptions,
  context: RunContext,
): Promise<Model> {
  const head = await source.read(0, Math.min(source.size, SNIFF_BYTES), context);
  const what = looksLike(head);
  if (what !== undefined) throw notAModel(source, `this is ${what}, not an ONNX model`);
  const session = new ReadSession(source, options.external, context);
  try {
    const model = await readModel(session);
    checkConsistency(model);
    context.report('read', source.size, source.size);
    return model;
  } catch (error) {
    context.budget.release(session.reserved);
    if (head[0] !== 0x08 && error instanceof OctavoError && error.place.offset === 0) {
      throw notAModel(source, `the first bytes are not those of an ONNX model: ${error.message}`);
    }
    throw error;
  }
}

function notAModel(source: Source, message: string): OctavoError {
  return new OctavoError('NOT_A_MODEL', message, source.name === undefined ? {} : { file: source.name });
}

async function readModel(session: ReadSession): Promise<Model> {
  let graph: Graph | undefined;
  const functions: FunctionBody[] = [];
  const training: TrainingInfo[] = [];
  const visit = (field: FieldCursor): Taken => {
    const { number, valueAt, next } = field;
    if (number !== GRAPH && number !== FUNCTIONS && number !== TRAINING_INFO) return false;
    session.expectBytes(field, `model field ${number}`);
    if (number === FUNCTIONS) {
      return async () => void functions.push(await readFunction(session, valueAt, next));
    }
    if (number === TRAINING_INFO) {
      return async () => void training.push(await readTraining(session, valueAt, next));
    }
    if (graph !== undefined) throw session.window.error('MALFORMED', 'a second graph', field.tagAt);
    return async () => {
      graph = await readGraph(session, valueAt, next, 1);
    };
  };
  const { source } = session;
  const proto = await session.readMessage(ModelProtoSchema, 0, source.size, visit, MAX_MESSAGE_BYTES);
  if (graph === undefined)
    throw notAModel(source, 'this has no graph: not an ONNX model, or the start of one');
  const irVersion = Number(proto.irVersion);
  if (!Number.isSafeInteger(irVersion) || irVersion < 1) {
    throw session.window.error('MALFORMED', `IR version ${proto.irVersion} does not exist`, 0);
  }
  const origin: ModelOrigin = { proto, functions, training, external: session.hasExternal };
  return {
    graph,
    irVersion,
    opsets: readOpsets(session, proto),
    producerName: proto.producerName,
    producerVersion: proto.producerVersion,
    functions: functions.map(asModelFunction),
    format: 'onnx',
    origin,
  };
}

function readOpsets(session: ReadSession, proto: ModelProto): ReadonlyMap<string, number> {
  const opsets = new Map<string, number>();
  for (const { domain, version } of proto.opsetImport) {
    const number = Number(version);
    if (!Number.isSafeInteger(number) || number < 1) {
      throw session.window.error('MALFORMED', `opset version ${version} of domain "${domain}"`, 0);
    }
    const key = standardDomain(domain);
    opsets.set(key, Math.max(number, opsets.get(key) ?? 0));
  }
  if (opsets.size === 0) {
    // Before IR version 3 a model could not name its operator sets.
    if (proto.irVersion >= 3n) throw session.window.error('MALFORMED', 'the model imports no opset', 0);
    opsets.set('', 1);
  }
  return opsets;
}

async function readFunction(session: ReadSession, start: number, end: number): Promise<FunctionBody> {
  const nodes: Node[] = [];
  const defaults: FunctionBody['defaults'][number][] = [];
  const visit = (field: FieldCursor): Taken => {
    const { number, valueAt, next } = field;
    if (number !== 7 && number !== 11) return false;
    session.expectBytes(field, `function field ${number}`);
    if (number === 7) return async () => void nodes.push(await readNode(session, valueAt, next, 1));
    return async () => void defaults.push(await readAttribute(session, valueAt, next, graphsBelow(1)));
  };
  const proto = await session.readMessage(FunctionProtoSchema, start, end, visit);
  return { proto, nodes, defaults };
}

function asModelFunction({ proto, nodes, defaults }: FunctionBody): ModelFunction {
  const { name, domain, overload, input: inputs, output: outputs } = proto;
  const opsets = proto.opsetImport.map(
    ({ domain: each, version }) => [standardDomain(each), Number(version)] as const,
  );
  return {
    name,
    domain,
    overload,
    inputs,
    outputs,
    nodes,
    defaults: new Map(defaults.map((each) => [each.name, each.attribute])),
    opsets: new Map(opsets),
  };
}

async function readTraining(session: ReadSession, start: number, end: number): Promise<TrainingInfo> {
  const graphs: (Graph | undefined)[] = [undefined, undefined];
  const visit = (field: FieldCursor): Taken => {
    const { number, valueAt, next } = field;
    if (number !== 1 && number !== 2) return false;
    session.expectBytes(field, `training field ${number}`);
    if (graphs[number - 1] !== undefined) {
      throw session.window.error('MALFORMED', 'training information has a graph twice', field.tagAt);
    }
    return async () => {
      graphs[number - 1] = await readGraph(session, valueAt, next, 1);
    };
  };
  const proto = await session.readMessage(TrainingInfoProtoSchema, start, end, visit);
  return { proto, initialization: graphs[0], algorithm: graphs[1] };
}
