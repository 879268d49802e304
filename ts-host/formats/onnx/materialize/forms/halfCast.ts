// Form halfCast: W becomes float16 → Cast → W, so that every engine loads the model and computes in float32.

import { halfData } from '../../../../tensor/half.js';
import { castNode, makeTensor } from '../build.js';
import { addTensor, type Form } from '../form.js';

export const halfCast: Form = {
  store({ ref, edit }, { engine, fresh }) {
    const { tensor, name } = ref;
    const half = fresh(`${name}_float16`);
    addTensor(edit, makeTensor(half, 'float16', tensor.dims, halfData(engine, tensor)));
    edit.removed.add(name);
    edit.prologue.push(castNode(fresh(`${name}_cast`), half, name, 'float32'));
    return { codes: half, scale: '', zeroPoint: '' };
  },
};
