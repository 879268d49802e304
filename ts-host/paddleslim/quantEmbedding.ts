// quantEmbedding(): PaddleSlim's quant_embedding. Tables become codes; rows are looked up as codes and dequantized behind.
//
//   ids ─► lookup_table(W.int) ─► out ─► dequantize_abs_max (Scale: the largest |w|)  ─► out.dequantize
//                                        dequantize_log (Dict: powers of 2)

import { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import type { PaddleNet, PaddleOp } from '../formats/paddle/program.js';
import { writtenLayout } from '../formats/paddle/write/files.js';
import type { Tensor } from '../ir/tensor.js';
import { engine as defaultEngine, executionEngine } from '../wasm/load.js';
import { clipOf } from './embedding/clip.js';
import { logTable } from './embedding/log.js';
import { openNet } from './model.js';
import { embeddingSettings, type QuantEmbeddingOptions, type TableSettings } from './options/embedding.js';
import type { Spelled } from './options/names.js';
import { writeFolder } from './paths.js';
import { ProgramDraft } from './program/draft.js';
import { floatAttribute, makeOp, withInputs } from './program/ops.js';
import { refuseQuantized } from './refusals.js';
import { PaddleQuantizeResult, type QuantizedOp } from './result.js';
import type { Engines } from './smallGraph.js';
import { codeDType, floatData, qmaxOf, quantizeWeight } from './weights.js';

/** Quantizes the tables of a Paddle model as PaddleSlim's quant_embedding does.
 *  @throws OctavoError `INVALID_ARGUMENT` for an option, naming the nearest one; `ALREADY_QUANTIZED`; `NOTHING_TO_QUANTIZE`;
 *  `NON_FINITE_WEIGHT`; as the readers of programs and parameters; `MEMORY_LIMIT`, `IO_FAILED`, `ABORTED`
 *  @example
 *  ```ts
 *  await quantEmbedding({ modelDir: 'words', saveModelDir: 'out', config: { quantize_op_types: 'lookup_table_v2' } });
 *  ``` */
export async function quantEmbedding(options: Spelled<QuantEmbeddingOptions>): Promise<PaddleQuantizeResult> {
  const settings = embeddingSettings(options);
  const context = new RunContext(settings.run);
  const opened = await openNet(settings.model, settings.names, context);
  try {
    const { limit, held } = context.budget;
    const execution = await executionEngine('strict', Math.max(0, limit - held));
    const engines = { engine: await defaultEngine(), execution };
    writtenLayout(opened.net.program, settings.save);
    refuseQuantized(opened.net);
    const { net, quantized } = await withTables(engines, opened.net, settings.tables, context);
    if (quantized.length === 0) throw nothingToQuantize(settings.tables);
    const { parameterBytes: floatParameterBytes, close } = opened;
    const { save } = settings;
    const result = new PaddleQuantizeResult({
      net,
      quantized,
      skipped: [],
      floatParameterBytes,
      save,
      close,
      context,
    });
    if (save.path !== undefined) await writeFolder(save.path, result.files, context);
    return result;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function nothingToQuantize(tables: ReadonlyMap<string, TableSettings>): OctavoError {
  const message = `the program has no table in float32 that ${[...tables.keys()].join(' or ')} looks up`;
  return new OctavoError('NOTHING_TO_QUANTIZE', message, { field: 'config' });
}

/** How rows of a table become values. */
interface StoredTable {
  readonly codes: string;
  readonly dequantize: (from: string, to: string) => PaddleOp;
}

async function withTables(
  engines: Engines,
  net: PaddleNet,
  settings: ReadonlyMap<string, TableSettings>,
  context: RunContext,
) {
  const draft = new ProgramDraft(net);
  const tables = new Map<string, StoredTable>();
  const renamed = new Map<string, string>();
  const quantized: QuantizedOp[] = [];
  const ops: PaddleOp[] = [];
  for (const [index, op] of draft.ops.entries()) {
    const how = settings.get(op.type);
    const table = how && draft.parameter(op.inputs.get('W')?.[0] ?? '');
    if (how === undefined || table?.dtype !== 'float32') {
      ops.push(withInputs(op, renamed));
      continue;
    }
    const stored = tables.get(table.name) ?? (await storeTable(engines, draft, table, how, context));
    tables.set(table.name, stored);
    const output = op.outputs.get('Out')![0]!;
    const made = draft.addLike(`${output}.dequantize`, output);
    draft.retype(output, draft.parameter(stored.codes)!.dtype);
    renamed.set(output, made);
    ops.push(withInputs(op, new Map([[table.name, stored.codes]])), stored.dequantize(output, made));
    quantized.push({ index, type: op.type, weights: [table.name] });
  }
  draft.ops = ops;
  return { net: draft.finish(), quantized };
}

async function storeTable(
  engines: Engines,
  draft: ProgramDraft,
  table: Tensor,
  settings: TableSettings,
  context: RunContext,
): Promise<StoredTable> {
  const { name, dims } = table;
  const whole = await quantizeWeight(engines.engine, table, { kind: 'tensor' }, settings.bits, context);
  if (settings.type === 'log') {
    const { dictionary, codes } = await logTable(engines, table, context);
    const dict = draft.setParameter(`${name}.dict`, 'float32', [dictionary.length], floatData(dictionary));
    return {
      codes: draft.setParameter(`${name}.int`, 'int8', dims, codes),
      dequantize: (X, Out) => makeOp('dequantize_log', { X, Dict: dict }, { Out }),
    };
  }
  const clip = await clipOf(engines, table, whole.threshold[0]!, settings.threshold, context);
  const clipped = await quantizeWeight(
    engines.engine,
    table,
    { kind: 'tensor' },
    settings.bits,
    context,
    clip,
  );
  const scale = draft.setParameter(`${name}.scale`, 'float32', [1], floatData(clipped.threshold));
  const range = { max_range: floatAttribute(qmaxOf(settings.bits)) };
  return {
    codes: draft.setParameter(`${name}.int`, codeDType(settings.bits), dims, clipped.codes),
    dequantize: (X, Out) => makeOp('dequantize_abs_max', { X, Scale: scale }, { Out }, range),
  };
}
