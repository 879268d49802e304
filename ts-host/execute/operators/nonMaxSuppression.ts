// NonMaxSuppression: boxes [N, B, 4] and scores [N, classes, B] -> (image, class, box) of every box that stays, int64[.., 3].
// Class after class; of each, the list of boxes is kept until all are known, then the output is written.

import {
  beginSuppression,
  continueSuppression,
  keptBoxes,
  keptCount,
  type SuppressionCall,
  suppressionScratch,
  writeSelected,
} from '../../wasm/kernels/execute/nms.js';
import type { EvaluationContext, Operator } from '../operator.js';
import { describeType, type TensorValue } from '../value.js';
import { tensorOf } from './evaluated.js';

/** Boxes compared without letting others work. */
const BUDGET = 2 ** 20;

interface Job {
  readonly boxes: TensorValue;
  readonly scores: TensorValue;
  readonly batch: number;
  readonly classes: number;
  readonly count: number;
  readonly rule: Pick<SuppressionCall, 'isCenter' | 'overlap' | 'least' | 'most'>;
}

function readJob(node: EvaluationContext): Job {
  node.requireDType(0, 'float32');
  node.requireDType(1, 'float32');
  const [boxes, scores] = [
    tensorOf(node, node.value(0), 'input 0'),
    tensorOf(node, node.value(1), 'input 1'),
  ];
  const [batch = 0, count = 0, corners] = boxes.dims;
  const [images, classes = 0, scored] = scores.dims;
  const fit = boxes.dims.length === 3 && scores.dims.length === 3 && corners === 4;
  if (!fit || images !== batch || scored !== count) {
    node.fail(`boxes ${describeType(boxes)} and scores ${describeType(scores)} do not fit`);
  }
  const isCenter = node.int('center_point_box', 0);
  if (isCenter !== 0 && isCenter !== 1) node.fail(`center_point_box ${isCenter} is neither 0 nor 1`);
  const overlap = node.has(3) ? node.scalar(3) : 0;
  if (!(overlap >= 0 && overlap <= 1)) node.fail(`iou_threshold ${overlap} is outside [0, 1]`);
  const most = node.has(2) ? Math.min(count, Math.max(0, node.scalar(2))) : 0;
  const least = node.has(4) ? node.scalar(4) : undefined;
  return { boxes, scores, batch, classes, count, rule: { isCenter: isCenter === 1, overlap, least, most } };
}

interface Kept {
  readonly list: TensorValue;
  readonly count: number;
  readonly image: number;
  readonly label: number;
}

async function evaluateNms(node: EvaluationContext): Promise<void> {
  const job = readJob(node);
  const found: Kept[] = [];
  const scratch = node.temporary({
    dtype: 'uint8',
    dims: [suppressionScratch(job.count, job.rule.most)],
  });
  for (let image = 0; image < job.batch && job.rule.most > 0; image++) {
    for (let label = 0; label < job.classes; label++) {
      const kept = await suppressClass(node, job, image, label, scratch.address);
      if (kept !== undefined) found.push(kept);
    }
  }
  const total = found.reduce((sum, { count }) => sum + count, 0);
  let out = node.allocate(0, { dtype: 'int64', dims: [total, 3] });
  for (const { list, count, image, label } of found) {
    writeSelected(node.engine, list.address, count, image, label, out);
    out += count * 24;
  }
}

/** The boxes of one class that stay; undefined if there are none. */
async function suppressClass(
  node: EvaluationContext,
  { boxes, scores, classes, count, rule }: Job,
  image: number,
  label: number,
  scratch: number,
): Promise<Kept | undefined> {
  const { engine } = node;
  const at = {
    boxes: boxes.address + image * count * 16,
    scores: scores.address + (image * classes + label) * count * 4,
  };
  beginSuppression(engine, { ...rule, ...at, count }, scratch);
  await node.breathe();
  while (continueSuppression(engine, scratch, BUDGET)) await node.breathe();
  const stayed = keptCount(engine, scratch);
  if (stayed === 0) return undefined;
  const list = node.temporary({ dtype: 'uint32', dims: [stayed] });
  const from = keptBoxes(scratch, count);
  engine.heap.bytes.copyWithin(list.address, from, from + stayed * 4);
  return { list, count: stayed, image, label };
}

export const SUPPRESSIONS: readonly Operator[] = [
  { opType: 'NonMaxSuppression', domain: '', evaluate: evaluateNms },
];
