// What --help says below the options.

export const MAIN_HELP = `
Examples:
  octavo quantize model.onnx                           picks the mode, says why, writes model.int8.onnx
  octavo quantize model.onnx --mode fp16 -o half.onnx
  octavo plan model.onnx -o plan.json                  decides, writes no model
  octavo inspect model.onnx                            inputs, outputs, operators, constants
  octavo convert paddle_folder -o model.onnx           Paddle to ONNX
  octavo run model.onnx --input x=x.npy --output-dir out
  octavo calibrate model.onnx --calibrate photos --preset imagenet -o model.stats
  octavo compare model.onnx model.int8.onnx --data photos --report report.html
  octavo bench model.int8.onnx --against model.onnx
  octavo pack model.int8.onnx -o model.octavo          starts at once where it is run

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
octavo COMMAND --help shows the options of a command.`;

export const QUANTIZE_HELP = `
Examples:
  octavo quantize model.onnx                           picks the mode, writes model.int8.onnx
  octavo quantize model.onnx --bits 4 -o small.onnx    4-bit weights in blocks of 32
  octavo quantize bert.onnx --mode dynamic --skip '*classifier*'
  octavo quantize model.onnx --calibrate photos --preset imagenet --method kl -o static.onnx
  octavo quantize model.onnx --plan-out plan.json      saves what was decided; edit it, then
  octavo quantize model.onnx --plan plan.json -o edited.onnx
  octavo quantize onnx/model.onnx --variants transformers.js
  octavo quantize model.onnx --measure --json          for programs
  octavo quantize - -o - < model.onnx > small.onnx

Without -o the output goes beside the input with the mode in its name, such as model.int8.onnx, model.dynamic.onnx or
model.fp16.onnx, and replaces nothing unless --force is given. A file that -o names is replaced. The input never is.`;

export const PLAN_HELP = `
Examples:
  octavo plan model.onnx                               what quantize would do, one line a tensor and node
  octavo plan model.onnx --bits 4 -o plan.json
  octavo quantize model.onnx --plan plan.json -o out.onnx`;

export const INSPECT_HELP = `
Examples:
  octavo inspect model.onnx
  octavo inspect model.onnx --shape image=1x3x224x224  multiply-adds and memory of a run with this shape
  octavo inspect model.onnx --dot model.dot            then: dot -Tsvg model.dot -o model.svg
  octavo inspect model.onnx --json | jq '.operators[].opType'`;

export const CONVERT_HELP = `
Examples:
  octavo convert ch_ppocr_mobile_v2.0_cls_infer -o cls.onnx    a folder with inference.pdmodel and inference.pdiparams
  octavo convert old/__model__ -o old.onnx                     parameters in __params__, or a file for each
  octavo convert quant_model -o int8.onnx --int8 --debug dots  quantized by PaddleSlim: in integers, each step as a graph`;

export const RUN_HELP = `
Examples:
  octavo run model.onnx --input image=image.npy --output-dir out
  octavo run model.onnx --input feeds.npz -o outputs.npz
  octavo run model.onnx --input ids=ids.npy --precision fast --json

A .npz file feeds every tensor in it under its own name; NAME=FILE.npz takes the tensor NAME out of it. Outputs are written
as NAME.npy, with _ for characters that file names should not have.`;

export const MERGE_HELP = `
Examples:
  octavo merge shard0.stats shard1.stats -o model.stats
  octavo merge shards/*.stats -o model.stats --json

Statistics of another model, of other values, or of a sample that is in two files are refused.`;

export const CALIBRATE_HELP = `
Examples:
  octavo calibrate model.onnx --calibrate photos --preset imagenet -o model.stats
  octavo quantize model.onnx --mode static --stats model.stats -o model.int8.onnx
  octavo calibrate model.onnx --calibrate photos --shard 0/4 -o 0.stats       one of four machines, then: octavo merge
  octavo calibrate model.onnx --calibrate photos --checkpoint run.part -o model.stats

A killed run that is started again with the same --checkpoint goes on where the file stops; the file goes when the stats
file is written. Images are JPEG and PNG; a model of several inputs takes .npz files, or a folder for each input.`;

export const COMPARE_HELP = `
Examples:
  octavo compare model.onnx model.int8.onnx --data photos --preset imagenet
  octavo compare model.onnx model.int8.onnx --data photos --labels labels.csv --json
  octavo compare model.onnx model.int8.onnx --data photos --report report.html

agreement is the share of samples for which the same class has the highest score; with --labels the accuracy of both models
is told too. A report compares every value and every weight of the two models: .html for people, .json, .csv (three
tables) and .dot for programs.`;

export const BENCH_HELP = `
Examples:
  octavo bench model.onnx
  octavo bench model.int8.onnx --against model.onnx    how many times as fast, both measured in turn
  octavo bench model.onnx --batch 8 --runs 50 --json
  octavo bench model.onnx --data photos --preset imagenet --labels labels.csv --verbose
  octavo bench quant_model --int8 --data imagenet --preset imagenet --labels imagenet/val_list.txt
                                                       a Paddle model in integers, beside itself in float

Times are those of a session's run: copying inputs in and outputs out is part of them, reading and preparing of samples is not.
--batch is for models that leave it open. Layers are timed in runs of their own.`;

export const PACK_HELP = `
Examples:
  octavo pack model.int8.onnx -o model.octavo
  octavo pack model.onnx --precision fast --shape image=1x3x320x320 -o model.octavo
  octavo run model.octavo --input x=x.npy --output-dir out

A packed file holds the model too and is taken wherever a model is. Pack on a machine like those that will run it: where other
kernels serve, weights are packed again when a session starts.`;

export const UNPACK_HELP = `
Examples:
  octavo unpack model.octavo -o model.onnx

External data of the model is written beside it, under the names that the model has for it.`;
