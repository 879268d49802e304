// Numbers as reports show them: the same text in every runtime and every language.

import type { ErrorMeasures } from '../wasm/kernels/measures.js';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `4.75 MB`; decimal units, three digits. */
export function bytesText(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0
    ? `${bytes} B`
    : `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${UNITS[unit]}`;
}

/** `27.2 %`, `0.004 %`, `0 %` */
export function percentText(share: number): string {
  if (!Number.isFinite(share)) return '–';
  const percent = 100 * share;
  return `${percent === 0 || percent >= 0.1 ? trimmed(percent.toFixed(1)) : trimmed(percent.toPrecision(1))} %`;
}

/** Four digits: `0.01234`, `−6.642`, `1.5e−7`. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const [mantissa, exponent] = value.toPrecision(4).split('e');
  return signed(exponent === undefined ? trimmed(mantissa!) : `${trimmed(mantissa!)}e${Number(exponent)}`);
}

/** `23.8 dB`, `exact`; `–` where it cannot be told. */
export function decibelsText({ sqnrDb, mse }: Pick<ErrorMeasures, 'sqnrDb' | 'mse'>): string {
  if (mse === 0) return 'exact';
  return Number.isFinite(sqnrDb) ? signed(`${sqnrDb.toFixed(1)} dB`) : '–';
}

/** `0.99837` */
export function cosineText(cosine: number): string {
  return Number.isFinite(cosine) ? signed(trimmed(cosine.toFixed(5))) : '–';
}

/** `1 × 32 × 112 × 112`, `scalar` */
export function dimsText(dims: readonly number[]): string {
  return dims.length === 0 ? 'scalar' : dims.join(' × ');
}

function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

const signed = (text: string): string => text.replaceAll('-', '−');
