// Reading and making the attributes that passes need most.

import type { Attribute, Node } from './model.js';

/** An integer attribute, or its default. */
export function integer(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'int' ? Number(attribute.value) : fallback;
}

/** A 0/1 attribute; absent = 0. */
export function flag(node: Node, name: string): boolean {
  return integer(node, name, 0) !== 0;
}

/** A float attribute, or its default. */
export function float(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'float' ? attribute.value : fallback;
}

export const intAttribute = (value: number): Attribute => ({ kind: 'int', value: BigInt(value) });
export const floatAttribute = (value: number): Attribute => ({ kind: 'float', value });
export const intsAttribute = (values: readonly number[]): Attribute => ({
  kind: 'ints',
  value: values.map((v) => BigInt(v)),
});
