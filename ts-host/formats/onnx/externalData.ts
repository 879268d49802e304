// External data: a tensor's bytes in another file. Everything is checked before anything is read: the location as
// text here and as a file by the resolver, numbers as digits, the range against file and shape.

import { OctavoError } from '../../errors.js';
import { checkLocation } from '../../io/external.js';
import type { Source } from '../../io/source.js';
import { sliceData, type TensorData } from '../../ir/tensor.js';
import type { TensorProto } from './proto/onnx_pb.js';
import type { ReadSession } from './session.js';

/** The data of a tensor stored in another file, which must have exactly `byteLength` bytes.
 *  @throws OctavoError `EXTERNAL_DATA_REFUSED`, `EXTERNAL_DATA_MISSING`, `MALFORMED`, `SHAPE_MISMATCH`,
 *  `TRUNCATED`, each with tensor and file. */
export async function readExternalData(
  session: ReadSession,
  proto: TensorProto,
  byteLength: number,
): Promise<TensorData> {
  const tensor = proto.name;
  const location = entry(proto, 'location') ?? '';
  const place = { file: location, tensor };
  const offset = digits(entry(proto, 'offset') ?? '0', 'offset', place);
  const length = digits(entry(proto, 'length') ?? String(byteLength), 'length', place);
  if (length !== BigInt(byteLength)) {
    const message = `dims and type need ${byteLength} bytes, the external length is ${length}`;
    throw new OctavoError('SHAPE_MISMATCH', message, place);
  }
  const source = await open(session, location, tensor);
  if (offset + length > BigInt(source.size)) {
    const message = `external data ends at byte ${offset + length}, the file has ${source.size}`;
    throw new OctavoError('TRUNCATED', message, place);
  }
  return sliceData(source, Number(offset), byteLength);
}

/** The value of a key; other keys (checksum, basepath) are nothing to us. */
function entry(proto: TensorProto, key: string): string | undefined {
  const found = proto.externalData.filter((each) => each.key === key);
  if (found.length > 1) {
    throw new OctavoError('MALFORMED', `external data has ${key} twice`, { tensor: proto.name });
  }
  return found[0]?.value;
}

function digits(text: string, field: string, place: { file: string; tensor: string }): bigint {
  if (/^[0-9]{1,19}$/.test(text)) return BigInt(text);
  throw new OctavoError('MALFORMED', `external ${field} "${text.slice(0, 40)}" is not a number of bytes`, {
    ...place,
    field,
  });
}

/** Opens the file, after its name was checked whatever the resolver would say. Errors get the tensor's name. */
async function open(session: ReadSession, location: string, tensor: string): Promise<Source> {
  try {
    checkLocation(location);
    return await session.external(location, tensor);
  } catch (error) {
    if (!(error instanceof OctavoError) || error.place.tensor !== undefined) throw error;
    const reason = `external data cannot be opened: ${error.message.replace(/ \([^()]*\)$/, '')}`;
    throw new OctavoError(error.code, reason, { ...error.place, tensor }, { cause: error });
  }
}
