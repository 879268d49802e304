// planOnnxFiles: a Model to the files it becomes. Planning encodes the structure and fixes every byte's place;
// weights are read, or computed, while the files are being written.

import { create } from '@bufbuild/protobuf';
import type { RunContext } from '../../context.js';
import { OctavoError } from '../../errors.js';
import type { OutputFile } from '../../io/output.js';
import type { Model, ModelFunction } from '../../ir/model.js';
import { copyOf, Encoder } from './encode.js';
import { ExternalPlan, type ExternalScope } from './externalPlan.js';
import type { FunctionBody, ModelOrigin, TrainingInfo } from './origin.js';
import {
  FunctionProtoSchema,
  ModelProtoSchema,
  type OperatorSetIdProto,
  OperatorSetIdProtoSchema,
  TrainingInfoProtoSchema,
} from './proto/onnx_pb.js';
import { standardDomain } from './readGraph.js';
import { encodeMessage, type HeavyField, type Rope, ropeChunks } from './rope.js';

export interface OnnxFilesOptions {
  /** Name of the model file, e.g. `model.onnx`. */
  readonly fileName: string;
  /** Name of the file for external data. Default `<fileName>.data`. */
  readonly externalName?: string | undefined;
  /** `auto`: when the input had external data, or the model file would pass MAX_MODEL_BYTES; initializers leave
   *  first, Constant nodes only if that is not enough. `always`: initializers and Constant nodes. Default auto. */
  readonly externalData?: 'auto' | 'always' | 'never' | undefined;
  /** Smallest tensor, in bytes, that goes to the external file. Default 1024. */
  readonly externalThreshold?: number | undefined;
}

/** 1.9 GiB. Protobuf readers stop at 2^31 - 1 bytes; the rest is left for what runtimes add. */
export const MAX_MODEL_BYTES = 2_040_109_465;

const DEFAULT_THRESHOLD = 1024;

/** The files a model becomes, external data before the model that names it. The bytes are the same for the same
 *  model and options everywhere.
 *  @throws OctavoError `LIMIT_EXCEEDED` when the model file passes MAX_MODEL_BYTES although all that may leave it
 *  has left, `INVALID_ARGUMENT`, `MEMORY_LIMIT`. */
export function planOnnxFiles(model: Model, options: OnnxFilesOptions, context: RunContext): OutputFile[] {
  const { fileName, externalData = 'auto', externalThreshold = DEFAULT_THRESHOLD } = options;
  const { externalName = `${fileName}.data` } = options;
  if (!Number.isSafeInteger(externalThreshold) || externalThreshold < 0) {
    throw new OctavoError('INVALID_ARGUMENT', `externalThreshold ${externalThreshold} is not a size`, {
      field: 'externalThreshold',
    });
  }
  const hadExternal = (model.origin as ModelOrigin | undefined)?.external === true;
  let most = Number.POSITIVE_INFINITY;
  for (const scope of scopesFor(externalData, hadExternal)) {
    context.throwIfAborted();
    const external = new ExternalPlan(externalName, scope, externalThreshold);
    const rope = encodeModel(model, new Encoder(external));
    most = rope.byteLength;
    if (most > MAX_MODEL_BYTES) continue;
    const file: OutputFile = {
      name: fileName,
      byteLength: rope.byteLength,
      chunks: (run) => ropeChunks(rope, run),
    };
    const data = external.file();
    return data === undefined ? [file] : [data, file];
  }
  const message = `the model file would have ${most} bytes, more than protobuf readers take (externalData: ${externalData})`;
  throw new OctavoError('LIMIT_EXCEEDED', message, { file: fileName });
}

/** What to try, in order, until the model file is small enough. */
function scopesFor(externalData: 'auto' | 'always' | 'never', hadExternal: boolean): ExternalScope[] {
  if (externalData === 'never') return ['nothing'];
  if (externalData === 'always') return ['initializers and constants'];
  const outside: ExternalScope[] = ['initializers', 'initializers and constants'];
  return hadExternal ? outside : ['nothing', ...outside];
}

function encodeModel(model: Model, encoder: Encoder): Rope {
  const origin = model.origin as ModelOrigin | undefined;
  const message = copyOf(ModelProtoSchema, origin?.proto);
  if (message.irVersion !== BigInt(model.irVersion)) message.irVersion = BigInt(model.irVersion);
  if (message.producerName !== model.producerName) message.producerName = model.producerName;
  if (message.producerVersion !== model.producerVersion) message.producerVersion = model.producerVersion;
  // Before IR version 3 a model could not name its operator sets; the reader took version 1 then.
  if (model.irVersion >= 3 || message.opsetImport.length > 0) {
    message.opsetImport = encodeOpsets(message.opsetImport, model.opsets);
  }
  const heavy: HeavyField[] = [{ number: 7, value: encoder.graph(model.graph) }];
  const known = new Set(model.functions.map((each) => functionKey(each)));
  for (const body of origin?.functions ?? []) {
    if (known.has(functionKey(body.proto))) heavy.push({ number: 25, value: encodeFunction(body, encoder) });
  }
  for (const info of origin?.training ?? []) {
    heavy.push({ number: 20, value: encodeTraining(info, encoder) });
  }
  return encodeMessage(ModelProtoSchema, message, heavy);
}

function functionKey({
  domain,
  name,
  overload,
}: Pick<ModelFunction, 'domain' | 'name' | 'overload'>): string {
  return JSON.stringify([domain, name, overload]);
}

/** Existing entries keep their place, form and unknown fields; new domains follow in the order of the map. */
function encodeOpsets(
  existing: readonly OperatorSetIdProto[],
  opsets: ReadonlyMap<string, number>,
): OperatorSetIdProto[] {
  const missing = new Map(opsets);
  const entries = existing.flatMap((entry) => {
    const domain = standardDomain(entry.domain);
    const version = opsets.get(domain);
    if (version === undefined) return [];
    missing.delete(domain);
    if (entry.version === BigInt(version)) return [entry];
    const changed = copyOf(OperatorSetIdProtoSchema, entry);
    changed.version = BigInt(version);
    return [changed];
  });
  for (const [domain, version] of missing) {
    entries.push(create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }));
  }
  return entries;
}

function encodeFunction({ proto, nodes, defaults }: FunctionBody, encoder: Encoder): Rope {
  const heavy: HeavyField[] = nodes.map((node) => ({ number: 7, value: encoder.node(node, 'other') }));
  for (const { name, attribute } of defaults) {
    heavy.push({ number: 11, value: encoder.attribute(name, attribute, 'other') });
  }
  return encodeMessage(FunctionProtoSchema, proto, heavy);
}

function encodeTraining({ proto, initialization, algorithm }: TrainingInfo, encoder: Encoder): Rope {
  const heavy: HeavyField[] = [];
  if (initialization !== undefined) heavy.push({ number: 1, value: encoder.graph(initialization) });
  if (algorithm !== undefined) heavy.push({ number: 2, value: encoder.graph(algorithm) });
  return encodeMessage(TrainingInfoProtoSchema, proto, heavy);
}
