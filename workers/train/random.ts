/**
 * Randomness without history: every stream is opened by a key such as (seed, purpose, component, pass), so whatever
 * is drawn for step k is the same whether the run came to k in one go or resumed there.
 */

/** MurmurHash3's mixing over 32-bit words. */
export function hash(...words: number[]): number {
  let h = 0x9747b28c;
  for (const word of words) {
    let k = Math.imul(word, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64;
  }
  h ^= words.length * 4;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export interface Stream {
  /** In [0, 1), a multiple of 2^-32. */
  uniform(): number;
  /** Standard normal (Box and Muller 1958). */
  normal(): number;
}

/** sfc32 of PractRand, started from the hash of a key. */
export function stream(...key: number[]): Stream {
  let [a, b, c, counter] = [hash(...key, 1), hash(...key, 2), hash(...key, 3), 1];
  const next = () => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  const uniform = () => next() / 2 ** 32;
  let spare: number | null = null;
  return {
    uniform,
    normal() {
      if (spare !== null) {
        const value = spare;
        spare = null;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** A uniformly random order of 0 .. n - 1 (Fisher and Yates). */
export function permutation(n: number, { uniform }: Stream): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
