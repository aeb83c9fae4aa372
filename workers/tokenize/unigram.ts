import { expectation, type Model, makeViterbi } from './readings.ts';
import { findSeeds, layOut, type Seeds, type Sentence } from './seeds.ts';

export interface Unigram {
  /** Log probability of each of the 256 bytes. */
  bytes: Float64Array;
  /** Other pieces of text and their log probabilities, most probable first. */
  pieces: [string, number][];
}

/** sentencepiece's: EM steps between prunings, share that one keeps, and the margin left to the last cut. */
const emSteps = 2;
const shrink = 0.75;
const margin = 1.1;
/** Pieces expected less often than this are dropped; bytes count as seen this often at least. */
const minExpected = 0.5;

/**
 * The unigram language model of Kudo (2018) by sentencepiece's algorithm: from many candidates, expectation
 * maximisation in turn with pruning of the pieces that the likelihood misses least, until `size` are left, the 256
 * bytes among them. Any character may be spelled in bytes instead, so bytes are never pruned and every other piece
 * may be. Fewer pieces come back where the words do not support so many.
 *
 * A generator, so that whoever drives it may show progress (the pieces in hand, yielded after each step) and stop.
 *
 * @param words word -> occurrences
 */
export function* trainUnigram(words: Map<string, number>, size: number): Generator<number, Unigram> {
  const sentence = layOut(words);
  const bytesOf = sentence.alphabet.map((char) => Buffer.from(char));
  const wanted = size - 256;
  const desired = Math.floor(wanted * margin);
  let seeds = yield* findSeeds(sentence);
  let model = initialModel(sentence, seeds, bytesOf);
  for (;;) {
    for (let step = 0; step < emSteps; step++) {
      const expected = expectation(sentence, seeds, model);
      const kept = [...expected.pieces.keys()].filter((piece) => expected.pieces[piece] >= minExpected);
      model = maximisation(
        kept.map((piece) => expected.pieces[piece]),
        expected.spelled,
        bytesOf,
      );
      seeds = select(seeds, kept);
      yield 256 + kept.length;
    }
    if (model.pieces.length <= desired) break;
    const target = Math.max(desired, Math.floor(shrink * model.pieces.length));
    const kept = leastLoss(sentence, seeds, model, bytesOf, target);
    model = { ...model, pieces: Float64Array.from(kept, (piece) => model.pieces[piece]) };
    seeds = select(seeds, kept);
  }
  const { chars, alphabet } = sentence;
  const pieces = Array.from(model.pieces, (score, piece): [string, number] => {
    const start = seeds.starts[piece];
    const letters = Array.from(chars.subarray(start, start + seeds.lengths[piece]), (char) => alphabet[char]);
    return [letters.join(''), score];
  });
  pieces.sort(([a, s], [b, t]) => t - s || (a < b ? -1 : 1));
  return { bytes: model.bytes, pieces: pieces.slice(0, wanted) };
}

/** As sentencepiece starts: a piece is as probable as it is frequent and long. */
function initialModel({ chars, bounds, counts }: Sentence, seeds: Seeds, bytesOf: Uint8Array[]): Model {
  const spelled = new Float64Array(bytesOf.length);
  for (let w = 0; w < counts.length; w++) {
    for (let i = bounds[w]; i < bounds[w + 1]; i++) spelled[chars[i]] += counts[w];
  }
  const pieces = Array.from(seeds.counts, (count, piece) => count * seeds.lengths[piece]);
  return modelOf(pieces, byteCounts(spelled, bytesOf), bytesOf, Math.log);
}

function maximisation(pieces: number[], spelled: Float64Array, bytesOf: Uint8Array[]): Model {
  // The digamma function makes it variational Bayes, which favours fewer pieces; sentencepiece does so too.
  return modelOf(pieces, byteCounts(spelled, bytesOf), bytesOf, digamma);
}

function modelOf(
  pieces: number[],
  bytes: Float64Array,
  bytesOf: Uint8Array[],
  f: (x: number) => number,
): Model {
  const total = f(sum(pieces) + sum(bytes));
  const byteScores = bytes.map((count) => f(count) - total);
  return {
    pieces: Float64Array.from(pieces, (count) => f(count) - total),
    bytes: byteScores,
    spelled: Float64Array.from(bytesOf, (list) => sum(Array.from(list, (byte) => byteScores[byte]))),
  };
}

function byteCounts(spelled: Float64Array, bytesOf: Uint8Array[]): Float64Array {
  const counts = new Float64Array(256);
  for (const [char, list] of bytesOf.entries()) for (const byte of list) counts[byte] += spelled[char];
  return counts.map((count) => Math.max(count, minExpected));
}

/** The `target` pieces whose removal would cost the likelihood most, in their old order. */
function leastLoss(
  sentence: Sentence,
  seeds: Seeds,
  model: Model,
  bytesOf: Uint8Array[],
  target: number,
): number[] {
  const { bounds, counts } = sentence;
  const best = makeViterbi(sentence, seeds, model);
  const used = new Float64Array(model.pieces.length);
  const spelled = new Float64Array(model.spelled.length);
  for (let w = 0; w < counts.length; w++) {
    for (const step of best(bounds[w], bounds[w + 1], -1).steps) {
      if (step >= 0) used[step] += counts[w];
      else spelled[~step] += counts[w];
    }
  }
  const bytes = byteCounts(spelled, bytesOf);
  const total = sum(used) + sum(bytes);
  const losses: { piece: number; loss: number }[] = [];
  for (let piece = 0; piece < used.length; piece++) {
    const start = seeds.starts[piece];
    const other = best(start, start + seeds.lengths[piece], piece);
    if (used[piece] === 0 || other.score >= model.pieces[piece]) continue;
    // Where the piece goes, its occurrences go to the best other reading of it.
    const takers = other.steps.flatMap((step) =>
      step >= 0 ? [used[step]] : Array.from(bytesOf[~step], (byte) => bytes[byte]),
    );
    const after = Math.log(total + used[piece] * (takers.length - 1));
    const otherwise = sum(takers.map((count) => Math.log(count + used[piece]) - after));
    losses.push({ piece, loss: used[piece] * (Math.log(used[piece] / total) - otherwise) });
  }
  const kept = losses.sort((a, b) => b.loss - a.loss).slice(0, target);
  return kept.map(({ piece }) => piece).sort((a, b) => a - b);
}

/** The same seeds without all pieces but `kept`, renumbered in its order. */
function select(seeds: Seeds, kept: number[]): Seeds {
  const renumbered = new Int32Array(seeds.lengths.length).fill(-1);
  for (const [to, from] of kept.entries()) renumbered[from] = to;
  const offsets = new Int32Array(seeds.offsets.length);
  const pieces = new Int32Array(seeds.pieces.length);
  let n = 0;
  for (let i = 0; i + 1 < offsets.length; i++) {
    for (let e = seeds.offsets[i]; e < seeds.offsets[i + 1]; e++) {
      const piece = renumbered[seeds.pieces[e]];
      if (piece >= 0) pieces[n++] = piece;
    }
    offsets[i + 1] = n;
  }
  return {
    starts: Int32Array.from(kept, (piece) => seeds.starts[piece]),
    lengths: Uint8Array.from(kept, (piece) => seeds.lengths[piece]),
    counts: Float64Array.from(kept, (piece) => seeds.counts[piece]),
    offsets,
    pieces: pieces.slice(0, n),
  };
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

/** The derivative of log gamma for x > 0: recurrence up to 7, then the asymptotic series (Bernardo 1976). */
function digamma(x: number): number {
  let result = 0;
  for (; x < 7; x++) result -= 1 / x;
  const y = 1 / (x * x);
  return (
    result + Math.log(x) - 0.5 / x - y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y / 132))))
  );
}
