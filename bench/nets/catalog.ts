// The nets whose speed is measured with random weights, by the shapes of their papers' 224 × 224 forms.

import { Net, type ValueRef } from './net.js';

const IMAGE = { size: 224, channels: 3 };
const CLASSES = 1000;

export function mobileNetV1(): Net {
  const net = new Net('MobileNetV1', IMAGE);
  net.conv(3, 2, 32, 'relu6');
  const blocks = [
    ...[
      [1, 64],
      [2, 128],
      [1, 128],
      [2, 256],
      [1, 256],
      [2, 512],
    ],
    ...[
      [1, 512],
      [1, 512],
      [1, 512],
      [1, 512],
      [1, 512],
      [2, 1024],
      [1, 1024],
    ],
  ] as [number, number][];
  for (const [stride, channels] of blocks) {
    net.depthwise(3, stride, 'relu6');
    net.conv(1, 1, channels, 'relu6');
  }
  net.mean();
  net.dense(CLASSES, 'none');
  return net;
}

/** Layer by layer the shapes of coral_tf2_mobilenet_v2_1.0_224_ptq.tflite. */
export function mobileNetV2(): Net {
  const net = new Net('MobileNetV2', IMAGE);
  net.conv(3, 2, 32, 'relu6');
  // Expansion, channels, repetitions, stride of the first.
  const stages = [
    ...[
      [1, 16, 1, 1],
      [6, 24, 2, 2],
      [6, 32, 3, 2],
      [6, 64, 4, 2],
    ],
    ...[
      [6, 96, 3, 1],
      [6, 160, 3, 2],
      [6, 320, 1, 1],
    ],
  ] as [number, number, number, number][];
  for (const [expansion, channels, repetitions, first] of stages) {
    for (let i = 0; i < repetitions; i++) {
      const input = net.last;
      const before = net.shapes[input]!.channels;
      if (expansion > 1) net.conv(1, 1, before * expansion, 'relu6');
      net.depthwise(3, i === 0 ? first : 1, 'relu6');
      net.conv(1, 1, channels, 'none');
      if (i > 0) net.add(input, 'none');
    }
  }
  net.conv(1, 1, 1280, 'relu6');
  net.mean();
  net.dense(CLASSES + 1, 'none');
  return net;
}

export function resNet50(): Net {
  const net = new Net('ResNet-50', IMAGE);
  net.conv(7, 2, 64, 'relu');
  net.maxPool(3, 2);
  const stages = [
    [64, 3],
    [128, 4],
    [256, 6],
    [512, 3],
  ] as const;
  for (const [stage, [channels, repetitions]] of stages.entries()) {
    for (let i = 0; i < repetitions; i++) bottleneck(net, channels, stage > 0 && i === 0 ? 2 : 1, i === 0);
  }
  net.mean();
  net.dense(CLASSES, 'none');
  return net;
}

function bottleneck(net: Net, channels: number, stride: number, projects: boolean): ValueRef {
  const input = net.last;
  const shortcut = projects ? net.conv(1, stride, 4 * channels, 'none', input) : input;
  net.conv(1, 1, channels, 'relu', input);
  net.conv(3, stride, channels, 'relu');
  net.conv(1, 1, 4 * channels, 'none');
  return net.add(shortcut, 'relu');
}

export function vgg16(): Net {
  const net = new Net('VGG-16', IMAGE);
  for (const [channels, repetitions] of [
    [64, 2],
    [128, 2],
    [256, 3],
    [512, 3],
    [512, 3],
  ] as const) {
    for (let i = 0; i < repetitions; i++) net.conv(3, 1, channels, 'relu');
    net.maxPool(2, 2);
  }
  net.dense(4096, 'relu');
  net.dense(4096, 'relu');
  net.dense(CLASSES, 'none');
  return net;
}
