// Caps of the ONNX reader: generous for real models, small enough that a hostile file ends in an error, not in a
// full memory. docs name them; all give LIMIT_EXCEEDED.

/** Nodes, tensors, attributes and value infos of one model, together. */
export const MAX_ITEMS = 1 << 19;
/** Bytes charged to the memory budget for each of them. */
export const ITEM_COST = 512;
/** Messages up to this size are decoded in one go, if nothing in them has to be left out. */
export const LIGHT_MESSAGE_BYTES = 4096;
/** Bytes of one message without the messages and tensor payloads inside it. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** Same for the small messages (node, attribute, tensor, value info). */
export const MAX_SMALL_MESSAGE_BYTES = 1024 * 1024;
/** An attribute whose lists are longer is kept as bytes and never looked at (tree ensembles have such). */
export const MAX_LIST_BYTES = 64 * 1024;
/** Bytes charged to the memory budget per byte of structure: decoded objects are larger than their wire form. */
export const STRUCTURE_COST = 8;
/** Tensors up to this size are read at once when reading is slow (no readSync): biases, scales, shapes. */
export const SMALL_TENSOR_BYTES = 1024;
