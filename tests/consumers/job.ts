// What the parent sends to an engine's child process and what comes back: plain JSON, tensors in files beside it.

export type EngineName = 'node' | 'web';

export const ENGINES: readonly EngineName[] = ['node', 'web'];

/** How pixels become planes of floats: `pixel * factor[channel] + bias[channel]`, both in the order of `channels`. */
export interface PixelRule {
  readonly factor: readonly [number, number, number];
  readonly bias: readonly [number, number, number];
  readonly channels: 'rgb' | 'bgr';
}

/** One input tensor, described so that every process makes the same bytes from it. */
export type TensorSpec =
  /** Uniform in [low, high): floats, or integers for integer types. */
  | { kind: 'random'; dtype: string; dims: number[]; seed: number; low: number; high: number }
  /** A JPEG, cropped to the aspect of [N, 3, H, W] and scaled bilinearly, N times. */
  | { kind: 'image'; file: string; dims: number[]; rule: PixelRule }
  /** Text drawn in a stroke font, dark on light with seeded noise; `turned` rotates it by half a turn. In a batch
   *  each picture has noise and grey levels of its own. */
  | { kind: 'text'; text: string; dims: number[]; rule: PixelRule; seed: number; turned?: boolean }
  | { kind: 'values'; dtype: string; dims: number[]; values: number[] }
  /** float32, little-endian, at the end of a file: a raw one or a .npy. */
  | { kind: 'file'; file: string; dims: number[] };

/** Input tensors of one run, by input name. */
export type Feeds = Record<string, TensorSpec>;

export interface Job {
  readonly engine: EngineName;
  readonly model: string;
  /** For onnxruntime-web, which reads no folder: location as in the model, path of the file. */
  readonly externalData: readonly { readonly location: string; readonly path: string }[];
  readonly runs: readonly Feeds[];
  readonly optimization: 'disabled' | 'basic' | 'extended' | 'all';
  /** onnxruntime-node: where to write the graph as its optimizer leaves it. */
  readonly optimizedModel?: string;
  /** Where the outputs' files and result.json go. */
  readonly outputDir: string;
}

export interface OutputRef {
  readonly name: string;
  readonly dtype: string;
  readonly dims: readonly number[];
  readonly file: string;
}

export type JobResult =
  | {
      readonly ok: true;
      readonly version: string;
      readonly loadMs: number;
      readonly runMs: readonly number[];
      readonly inputNames: readonly string[];
      /** One list of outputs for each run. */
      readonly runs: readonly (readonly OutputRef[])[];
    }
  | { readonly ok: false; readonly stage: 'start' | 'load' | 'run' | 'crash'; readonly message: string };
