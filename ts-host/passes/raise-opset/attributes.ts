// Reading and making attributes. An attribute of another kind than asked for counts as absent.

import type { Attribute, Node } from '../../ir/model.js';

export function intOf(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'int' ? Number(attribute.value) : fallback;
}

export function intsOf(node: Node, name: string): readonly bigint[] | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'ints' ? attribute.value : undefined;
}

export function floatOf(node: Node, name: string): number | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'float' ? attribute.value : undefined;
}

export function textOf(node: Node, name: string, fallback: string): string {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'string' ? new TextDecoder().decode(attribute.value) : fallback;
}

export const int = (value: number): Attribute => ({ kind: 'int', value: BigInt(value) });
export const text = (value: string): Attribute => ({
  kind: 'string',
  value: new TextEncoder().encode(value),
});
