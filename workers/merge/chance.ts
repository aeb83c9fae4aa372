import { createHash } from 'node:crypto';

/**
 * Random numbers by place: that of a value hangs on the seed, the tensor's name, the model's digest and the value's
 * place alone, so neither the order of tensors and models nor threads matter.
 */
export interface Chance {
  /** In [0, 1), a multiple of 2^-32. */
  at(place: number): number;
}

export function chance(seed: number, tensor: string, model: string): Chance {
  const key = createHash('sha256').update(`${seed}\n${model}\n${tensor}`).digest();
  const [first, second] = [key.readInt32LE(0), key.readInt32LE(4)];
  return {
    at(place) {
      const high = Math.floor(place / 2 ** 32);
      return (mix(mix((place | 0) + first) ^ (second + high)) >>> 0) / 2 ** 32;
    },
  };
}

/** A bijection of 32 bits with little bias (Wellons 2018, constants of 2022). */
function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return h ^ (h >>> 15);
}
