import type { MergeMethod, MethodParams } from '../method.ts';
import { combine } from './linear.ts';

/** Shorter vectors have no direction. */
const shortest = 1e-8;
/** Where the angle is so small that the line is taken for the arc, whose formula would lose digits. */
const nearlyParallel = 0.9995;

/** Spherical linear interpolation of the tensors as they are, not of unit vectors: raw a and b under slerp's factors. */
export const slerp: MergeMethod<MethodParams<'SLERP'>, [number, number]> = {
  survey(tensor, { t }) {
    let [aa, ab, bb] = [0, 0, 0];
    for (const { base: a, values } of tensor.stretches()) {
      const [b] = values;
      for (let j = 0; j < b.length; j++) {
        aa += a![j] * a![j];
        ab += a![j] * b[j];
        bb += b[j] * b[j];
      }
    }
    const direction = (square: number) => (Math.sqrt(square) > shortest ? Math.sqrt(square) : 1);
    const cosine = ab / (direction(aa) * direction(bb));
    if (Math.abs(cosine) > nearlyParallel) return [1 - t, t];
    const angle = Math.acos(cosine);
    return [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
  },
  merge({ base, values }, _tensor, _params, factors, out) {
    combine([base!, values[0]], factors, 1, out);
  },
};
