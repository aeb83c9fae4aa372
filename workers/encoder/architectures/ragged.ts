/**
 * Sequences of uneven length without padding: the tokens of a batch stand one after another, [tokens, hidden], for
 * all that works token by token. Attention needs sequences side by side; for it they are sorted by length, cut into a
 * few buckets and padded within their bucket only. (Zeng et al. 2022, "Boosting Distributed Training Performance of
 * the Unpadded BERT Model".)
 */
import type { GraphBuilder, Value } from '../../graph/ir.ts';
import { type Tensor, tensor } from '../../graph/session.ts';
import type { BertConfig } from '../model.ts';

/** Sequences from .. to, in order of length, padded to `length`. */
interface Bucket {
  from: number;
  to: number;
  length: number;
}

export interface Layout {
  /** Sequence numbers by length, shortest first: the order in which their tokens are concatenated. */
  order: Int32Array;
  /** First token of each sequence in that order, and the number of tokens. */
  starts: Int32Array;
  buckets: Bucket[];
}

/**
 * Makes the cut that saves most, until there are enough buckets.
 * @param lengths tokens of each sequence
 * @param count buckets, at most as many as sequences
 * @param longest what the last bucket is padded to; absent: the longest sequence
 */
export function layOut(lengths: ArrayLike<number>, count: number, longest?: number): Layout {
  const n = lengths.length;
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => lengths[a] - lengths[b] || a - b);
  const starts = new Int32Array(n + 1);
  order.forEach((sequence, i) => {
    starts[i + 1] = starts[i] + lengths[sequence];
  });
  const lengthAt = (i: number) => lengths[order[i]];
  const bucket = (from: number, to: number): Bucket => ({ from, to, length: lengthAt(to - 1) });
  const buckets = [{ ...bucket(0, n), ...(longest && { length: longest }) }];
  while (buckets.length < count) {
    let best = { at: 0, cut: 0, saving: -1 };
    buckets.forEach(({ from, to, length }, at) => {
      // What attention costs grows with the square of the length, the rest around it with the length.
      const cost = (sequences: number, l: number) => sequences * l * (l + 64);
      for (let cut = from + 1; cut < to; cut++) {
        const saving = cost(cut - from, length) - cost(cut - from, lengthAt(cut - 1));
        if (saving > best.saving) best = { at, cut, saving };
      }
    });
    if (best.saving < 0) throw new Error(`${n} sequences cannot fill ${count} buckets`);
    const { from, to } = buckets[best.at];
    buckets.splice(best.at, 1, bucket(from, best.cut), bucket(best.cut, to));
  }
  return { order, starts, buckets };
}

/** The tokens of all sequences, in the layout's order. */
export function concatenate(sequences: readonly Int32Array[], { order, starts }: Layout): Int32Array {
  const ids = new Int32Array(starts[order.length]);
  order.forEach((sequence, i) => {
    ids.set(sequences[sequence], starts[i]);
  });
  return ids;
}

/** What a graph needs to know of the layout, as its inputs. */
export interface RaggedInputs {
  ids: Value;
  positions: Value;
  /** Where queries, keys and values of a bucket's tokens are in [tokens x 3 x heads] rows; three for each bucket. */
  parts: Value[];
  partsBack: Value;
  /** Where their contexts are in [tokens x heads] rows. */
  contexts: Value[];
  contextsBack: Value;
  /** 0 for a key that is there, minus infinity for padding. */
  keyBias: Value[];
  /** 1 for a query that is there, 0 for padding. */
  present: Value[];
  /** Where tokens are, and what a token counts in the mean. */
  tokens: Value[];
  tokensBack: Value;
  meanWeights: Value[];
  /** First token of each sequence. */
  first: Value;
}

export function raggedInputs(g: GraphBuilder, heads: number, count: number): RaggedInputs {
  const perBucket = (make: (b: number, n: string, length: string) => Value[]) =>
    Array.from({ length: count }, (_, b) => make(b, `n${b}`, `length${b}`)).flat();
  const ints = (name: string, ...shape: (string | number)[]) => g.input(name, 'int32', shape);
  const floats = (name: string, ...shape: (string | number)[]) => g.input(name, 'float32', shape);
  return {
    ids: ints('ids', 'tokens'),
    positions: ints('positions', 'tokens'),
    parts: perBucket((b, n, l) => ['q', 'k', 'v'].map((part) => ints(`${part}${b}`, n, heads, l))),
    partsBack: ints('partsBack', 'tokens', 3, heads),
    contexts: perBucket((b, n, l) => [ints(`context${b}`, n, heads, l)]),
    contextsBack: ints('contextsBack', 'tokens', heads),
    keyBias: perBucket((b, n, l) => [floats(`keyBias${b}`, n, 1, 1, l)]),
    present: perBucket((b, n, l) => [floats(`present${b}`, n, 1, l, 1)]),
    tokens: perBucket((b, n, l) => [ints(`tokens${b}`, n, l)]),
    tokensBack: ints('tokensBack', 'tokens'),
    meanWeights: perBucket((b, n, l) => [floats(`meanWeights${b}`, n, 1, l)]),
    first: ints('first', 'sequences'),
  };
}

/** Values for those inputs but `ids`, which training replaces by row numbers; see `concatenate`. */
export function raggedFeeds(
  { starts, buckets }: Layout,
  { heads, positionOffset }: Pick<BertConfig, 'heads' | 'positionOffset'>,
): Record<string, Tensor> {
  const total = starts[starts.length - 1];
  const positions = new Int32Array(total);
  const partsBack = new Int32Array(total * 3 * heads);
  const contextsBack = new Int32Array(total * heads);
  const tokensBack = new Int32Array(total);
  const feeds: Record<string, Tensor> = {
    positions: tensor(positions, [total]),
    partsBack: tensor(partsBack, [total, 3, heads]),
    contextsBack: tensor(contextsBack, [total, heads]),
    tokensBack: tensor(tokensBack, [total]),
    first: tensor(starts.slice(0, -1), [starts.length - 1]),
  };
  let slotsBefore = 0;
  buckets.forEach(({ from, to, length }, b) => {
    const n = to - from;
    const slots = n * length;
    const q = new Int32Array(slots * heads);
    const k = new Int32Array(slots * heads);
    const v = new Int32Array(slots * heads);
    const context = new Int32Array(slots * heads);
    const keyBias = new Float32Array(slots).fill(Number.NEGATIVE_INFINITY);
    const present = new Float32Array(slots);
    const tokens = new Int32Array(slots);
    const meanWeights = new Float32Array(slots);
    for (let i = 0; i < n; i++) {
      const start = starts[from + i];
      const size = starts[from + i + 1] - start;
      // A softmax over nothing is no number; what an empty text attends to is not read.
      if (size === 0) keyBias[i * length] = 0;
      for (let j = 0; j < length; j++) {
        const slot = i * length + j;
        // Padding repeats the first token: any row will do, for it is masked.
        const token = j < size ? start + j : start;
        tokens[slot] = token;
        if (j < size) {
          positions[token] = positionOffset + j;
          tokensBack[token] = slotsBefore + slot;
          keyBias[slot] = 0;
          present[slot] = 1;
          meanWeights[slot] = 1 / size;
        }
        for (let h = 0; h < heads; h++) {
          const at = (i * heads + h) * length + j;
          q[at] = token * 3 * heads + h;
          k[at] = q[at] + heads;
          v[at] = k[at] + heads;
          context[at] = token * heads + h;
          if (j >= size) continue;
          contextsBack[token * heads + h] = slotsBefore * heads + at;
          for (let part = 0; part < 3; part++)
            partsBack[(token * 3 + part) * heads + h] = (slotsBefore * 3 + part * slots) * heads + at;
        }
      }
    }
    feeds[`q${b}`] = tensor(q, [n, heads, length]);
    feeds[`k${b}`] = tensor(k, [n, heads, length]);
    feeds[`v${b}`] = tensor(v, [n, heads, length]);
    feeds[`context${b}`] = tensor(context, [n, heads, length]);
    feeds[`keyBias${b}`] = tensor(keyBias, [n, 1, 1, length]);
    feeds[`present${b}`] = tensor(present, [n, 1, length, 1]);
    feeds[`tokens${b}`] = tensor(tokens, [n, length]);
    feeds[`meanWeights${b}`] = tensor(meanWeights, [n, 1, length]);
    slotsBefore += slots;
  });
  return feeds;
}
