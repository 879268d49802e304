// The public names of `octavo` and its other entries. A change here is a change of the API: say so in CHANGELOG.md.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as octavoImages from '../../ts-host/images.js';
import * as octavo from '../../ts-host/index.js';
import * as octavoNode from '../../ts-host/node.js';
import * as octavoPack from '../../ts-host/packing.js';
import * as octavoPaddle from '../../ts-host/paddle.js';
import * as octavoSlim from '../../ts-host/paddleslim.js';
import * as octavoReport from '../../ts-host/reporting.js';

const VALUES = [
  'CalibrationStats',
  'ERROR_CODES',
  'OctavoError',
  'PLAN_VERSION',
  'RunContext',
  'Session',
  'VARIANTS',
  'blobSource',
  'bytesSource',
  'calibrate',
  'diagnostics',
  'httpSource',
  'init',
  'inspect',
  'mapResolver',
  'memorySink',
  'mergeStats',
  'opfsSink',
  'opfsSource',
  'planFromJson',
  'planQuantization',
  'planToJson',
  'quantize',
  'quantizeVariants',
  'r2Sink',
  'r2Source',
  'streamSink',
  'toSource',
];
const IMAGE_VALUES = ['IMAGE_PRESETS', 'imageSamples', 'initImages'];
const REPORT_VALUES = [
  'LAYER_REPORT_VERSION',
  'analyze',
  'benchModel',
  'compareModels',
  'parseLabels',
  'reportToCsv',
  'reportToDot',
  'reportToHtml',
  'reportToJson',
];
const REPORT_TYPES =
  `Accuracy AnalyzeOptions Bench BenchMemory BenchOptions Codes CompareOptions Comparison Distribution HistogramPicture Labels LayerReport
  LayerState LayerTime ModelBench OutputComparison OutputReport Report ReportSubject ReportTables Suggestion Timing
  ValueReport WeightReport`.split(/\s+/);
const NODE_VALUES = [
  'checkpointFile',
  'fileSource',
  'folderResolver',
  'folderSamples',
  'folderSink',
  'quantizeFile',
  'readPaddleFiles',
];

const TYPES =
  `ActivationPlan Bits CalibrateOptions CalibrationOptions CheckpointOptions CheckpointStore DType Diagnostics
  DirectoryHandleLike ErrorCode ErrorPlace ExecutorName ExternalResolver Family FamilyChoice
  FileHandleLike FloatNode GivenSamples GranularityName Histogram HttpOptions InitModules InspectOptions
  Inspection IntegerMode KernelChoice MemorySink ModelInput ModelOpener ModuleInput ModuleSource NodeDecision NodeForm NodePlan NodeTime OnnxRuntime OutputFile Progress
  QuantMode QuantPlan QuantTarget QuantizeOptions QuantizeReport QuantizeResult R2ReadBucket R2WriteBucket
  Recovery RecoveryReport RelaxedState RunOptions RunSessionOptions Sample SampleExtremes SampleInput SampleSource Samples
  SessionDiagnostics SessionMemory SessionOptions SessionThreads Shard Sink SinkFile Source SourceInput StepOutcome Tensor
  TensorArray TensorError TensorInput TensorPlan TensorReport TensorStats ValueMetadata VariantFamily
  VariantResult Wants`.split(/\s+/);

/** Names a file exports with `type`. */
function typesOf(file: string): string[] {
  const text = readFileSync(new URL(`../../ts-host/${file}`, import.meta.url), 'utf8');
  const items = [...text.matchAll(/export (type )?\{([^}]*)\}/g)].flatMap(([, all = '', list = '']) =>
    list.split(',').map((item) => `${all}${item.trim()}`),
  );
  return items
    .filter((item) => item.startsWith('type '))
    .map((item) => item.replace(/^(type )+/, ''))
    .filter((name) => name !== '')
    .sort();
}

test('octavo exports -> these values and types', () => {
  assert.deepEqual(Object.keys(octavo).sort(), VALUES);
  assert.deepEqual(typesOf('index.ts'), TYPES);
});

const IMAGE_TYPES =
  `DecodedImage ImageDecoder ImageFile ImageFormat ImageLayout ImagePresetName ImageSamplesOptions PrepareOptions ResizeMethod
  SkipOptions SkippedSample`.split(/\s+/);

test('octavo/images exports -> these values and types', () => {
  assert.deepEqual(Object.keys(octavoImages).sort(), IMAGE_VALUES);
  assert.deepEqual(typesOf('images.ts'), IMAGE_TYPES);
});

test('octavo/report exports -> these values and types', () => {
  assert.deepEqual(Object.keys(octavoReport).sort(), REPORT_VALUES);
  assert.deepEqual(typesOf('reporting.ts'), REPORT_TYPES);
});

test('octavo/paddle exports -> these values and types', () => {
  assert.deepEqual(Object.keys(octavoPaddle).sort(), [
    'PaddleModel',
    'PaddleOutput',
    'readPaddle',
    'toOnnx',
    'writePaddle',
  ]);
  assert.deepEqual(
    typesOf('paddle.ts'),
    `InputDims OnnxModel PaddleAttribute PaddleBlock PaddleFiles PaddleLayout PaddleNet PaddleOp PaddleProgram PaddleScalar PaddleVar
    PaddleVarKind ReadPaddleOptions ToOnnxOptions WritePaddleOptions`.split(/\s+/),
  );
});

test('octavo/paddleslim exports -> these values and types', () => {
  assert.deepEqual(Object.keys(octavoSlim).sort(), [
    'ConvertedModel',
    'PaddleDynamicResult',
    'PaddleQuantizeResult',
    'convert',
    'quantEmbedding',
    'quantPostDynamic',
    'quantPostStatic',
  ]);
  assert.deepEqual(
    typesOf('paddleslim.ts'),
    `ActivationQuantizeType Algorithm ConvertOptions DebugGraph EmbeddingConfig LoneOperator QuantEmbeddingOptions QuantPostDynamicOptions
    QuantPostStaticOptions QuantizedOp SeenRange SkippedOp SlimData SlimModel SlimTensors Spelled TablesConfig WeightQuantizeType`.split(
      /\s+/,
    ),
  );
});

test('octavo/pack exports -> these values and types', () => {
  assert.deepEqual(Object.keys(octavoPack).sort(), ['pack', 'unpack']);
  assert.deepEqual(typesOf('packing.ts'), ['PackOptions']);
});

test('octavo/node exports -> those and what only Node has', () => {
  assert.deepEqual(Object.keys(octavoNode).sort(), [...VALUES, ...IMAGE_VALUES, ...NODE_VALUES].sort());
  assert.deepEqual(typesOf('node.ts'), [
    'CheckpointFile',
    'FolderSamples',
    'FolderSamplesOptions',
    'PaddleFilesOptions',
    'QuantizeFileOptions',
  ]);
});
