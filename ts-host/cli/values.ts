// Values of options, from text. A bad one is wrong usage, named by commander with the option it was given to.

import { InvalidArgumentError } from 'commander';
import type { Shard } from '../calibrate/shard.js';

/** An integer >= 0. */
export function count(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It must be a whole number.');
}

/** An integer > 0. */
export function positive(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}

/** `conv2d,mul` */
export const words = (text: string): string[] => text.split(',').map((word) => word.trim());

/** `3,7` */
export const counts = (text: string): number[] => words(text).map(count);

/** `2/8`: index and count; whether there is such a shard is for calibrate() to say. */
export function shard(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (count !== undefined) return { index: Number(index), count: Number(count) };
  throw new InvalidArgumentError('It must be a number and how many there are: 0/4 is the first of four.');
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
};

/** A number of bytes: 512MB = 512 · 10^6, 512MiB = 512 · 2^20. */
export function byteCount(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(digits) * (UNITS[unit.toUpperCase()] ?? Number.NaN));
  if (digits !== '' && Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new InvalidArgumentError('It must be a number of bytes such as 512MB or 1.5GiB.');
}

/** `A,B` to ['A', 'B']. */
export function names(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.every((part) => part !== '')) return parts;
  throw new InvalidArgumentError('It must be names with commas between them.');
}

/** For an option that may be given several times. */
export function repeated(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** `NAME=1x3x224x224` */
export interface NamedShape {
  readonly name: string;
  readonly dims: readonly number[];
}

/** `NAME=1x3x224x224`, a shape for an input, added to those before. The name may hold `=`. */
export function shapes(text: string, before: readonly NamedShape[] | undefined): NamedShape[] {
  const [, name = '', list = ''] = /^(.+)=((?:\d+(?:[x,]\d+)*)?)$/.exec(text) ?? [];
  const dims = list === '' ? [] : list.split(/[x,]/).map(Number);
  if (name !== '' && dims.every((dim) => Number.isSafeInteger(dim)))
    return [...(before ?? []), { name, dims }];
  throw new InvalidArgumentError('It must be the name of an input and its dims, such as image=1x3x224x224.');
}

/** As `shapes`, with `?` for a dim of any size, which is -1. */
export function openShapes(text: string, before: readonly NamedShape[] | undefined): NamedShape[] {
  const [, name = '', list = ''] = /^(.+)=((?:\d+|\?)(?:[x,](?:\d+|\?))*)$/.exec(text) ?? [];
  const dims = list.split(/[x,]/).map((dim) => (dim === '?' ? -1 : Number(dim)));
  if (name !== '' && dims.every((dim) => Number.isSafeInteger(dim)))
    return [...(before ?? []), { name, dims }];
  throw new InvalidArgumentError('It must be the name of an input and its dims, such as x=?x3x48x192.');
}
