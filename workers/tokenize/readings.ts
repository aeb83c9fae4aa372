import type { Seeds, Sentence } from './seeds.ts';

/** Log probabilities of the pieces of some Seeds, of the bytes, and of each character spelled in bytes. */
export interface Model {
  pieces: Float64Array;
  bytes: Float64Array;
  spelled: Float64Array;
}

/** Expected occurrences of every piece, and of every character spelled in bytes, over all ways to read the words. */
export function expectation(
  { chars, bounds, counts }: Sentence,
  { offsets, pieces, lengths }: Seeds,
  model: Model,
) {
  const expected = {
    pieces: new Float64Array(lengths.length),
    spelled: new Float64Array(model.spelled.length),
  };
  const longest = longestWord(bounds);
  // Log probability of everything before, and from, each character of the word.
  const before = new Float64Array(longest + 1);
  const from = new Float64Array(longest + 1);
  for (let w = 0; w < counts.length; w++) {
    const start = bounds[w];
    const n = bounds[w + 1] - start;
    from[n] = 0;
    for (let i = n - 1; i >= 0; i--) {
      let all = model.spelled[chars[start + i]] + from[i + 1];
      for (let e = offsets[start + i]; e < offsets[start + i + 1]; e++) {
        all = logAdd(all, model.pieces[pieces[e]] + from[i + lengths[pieces[e]]]);
      }
      from[i] = all;
    }
    before.fill(Number.NEGATIVE_INFINITY, 1, n + 1);
    for (let i = 0; i < n; i++) {
      const reached = before[i];
      const char = chars[start + i];
      const spelled = reached + model.spelled[char];
      before[i + 1] = logAdd(before[i + 1], spelled);
      expected.spelled[char] += counts[w] * Math.exp(spelled + from[i + 1] - from[0]);
      for (let e = offsets[start + i]; e < offsets[start + i + 1]; e++) {
        const piece = pieces[e];
        const end = i + lengths[piece];
        const through = reached + model.pieces[piece];
        before[end] = logAdd(before[end], through);
        expected.pieces[piece] += counts[w] * Math.exp(through + from[end] - from[0]);
      }
    }
  }
  return expected;
}

/**
 * The most probable reading of the characters from `start` to `end` that does not use piece `without`: its log
 * probability, and its steps: a piece, or ~c for character c spelled in bytes.
 */
export function makeViterbi({ chars, bounds }: Sentence, { offsets, pieces, lengths }: Seeds, model: Model) {
  const longest = longestWord(bounds);
  const score = new Float64Array(longest + 1);
  const step = new Int32Array(longest + 1);
  return (start: number, end: number, without: number) => {
    const n = end - start;
    score.fill(Number.NEGATIVE_INFINITY, 1, n + 1);
    for (let i = 0; i < n; i++) {
      const reach = (to: number, value: number, by: number) => {
        if (value > score[to]) {
          score[to] = value;
          step[to] = by;
        }
      };
      const char = chars[start + i];
      reach(i + 1, score[i] + model.spelled[char], ~char);
      for (let e = offsets[start + i]; e < offsets[start + i + 1]; e++) {
        const piece = pieces[e];
        const to = i + lengths[piece];
        if (to <= n && piece !== without) reach(to, score[i] + model.pieces[piece], piece);
      }
    }
    const steps: number[] = [];
    for (let i = n; i > 0; i -= step[i] >= 0 ? lengths[step[i]] : 1) steps.push(step[i]);
    return { score: score[n], steps };
  };
}

function longestWord(bounds: Int32Array): number {
  let longest = 0;
  for (let w = 0; w + 1 < bounds.length; w++) longest = Math.max(longest, bounds[w + 1] - bounds[w]);
  return longest;
}

/** log(exp(a) + exp(b)). */
function logAdd(a: number, b: number): number {
  const high = Math.max(a, b);
  const low = Math.min(a, b);
  // Beyond 40 the smaller is below the precision of a double.
  return high - low > 40 ? high : high + Math.log1p(Math.exp(low - high));
}
