/**
 * The tables of an encoder in training, outside the graph: it is given the rows that the batch uses and ids numbered
 * accordingly, and gives back the gradient of every token's vector, which is summed here by token and by position.
 * Of the vocabulary only the rows that occur are read, updated or have their moments decayed (for 250,000 x 384 some
 * 25 ms a step instead of 330); positions are few and are updated whole.
 */
import type { Update } from '../graph/kernels.ts';
import { allocate } from '../graph/memory.ts';
import { type Tensor, tensor } from '../graph/session.ts';
import { groupByKey, numberTokens } from './rows.ts';

export interface Shape {
  vocabSize: number;
  positions: number;
  hidden: number;
}

export function embeddingTables({ vocabSize, positions, hidden }: Shape, maxTokens: number) {
  const touched = Math.min(vocabSize, maxTokens);
  const [{ kernels, floats, ints }] = allocate([
    {
      floats: {
        words: vocabSize * hidden,
        wordsM: vocabSize * hidden,
        wordsV: vocabSize * hidden,
        rows: touched * hidden,
        dRows: touched * hidden,
        positions: positions * hidden,
        positionsM: positions * hidden,
        positionsV: positions * hidden,
        dPositions: positions * hidden,
        dTokens: maxTokens * hidden,
      },
      ints: {
        index: touched,
        places: maxTokens,
        starts: Math.max(touched, positions) + 1,
      },
    },
  ]);
  const word = { weights: floats.words, m: floats.wordsM, v: floats.wordsV };
  const position = { weights: floats.positions, m: floats.positionsM, v: floats.positionsV };
  const number = numberTokens(vocabSize);
  let rows = 0;

  /** out[k] = sum of the gradients of the tokens whose key is k. */
  function sumByKey(keys: Int32Array, count: number, out: Float32Array) {
    groupByKey(keys, keys.length, count, ints.starts, ints.places);
    kernels.sumRows(floats.dTokens, ints.places, ints.starts, count, hidden, out);
    return kernels.sumSquares(out.subarray(0, count * hidden));
  }

  return {
    word,
    position,
    /** Numbers the ids, in place, and takes their rows of the vocabulary. */
    take(ids: Int32Array): Tensor {
      rows = number(ids, ids.length, ints.index);
      kernels.takeRows(word.weights, ints.index, rows, hidden, floats.rows);
      return tensor(floats.rows.subarray(0, rows * hidden), [rows, hidden]);
    },
    /** Where the graph puts the gradient of this many tokens' vectors. */
    dTokens: (count: number): Tensor => tensor(floats.dTokens.subarray(0, count * hidden), [count, hidden]),
    /** Sums that gradient by token and position; returns the sum of squares of both. */
    collect(ids: Int32Array, positionOf: Int32Array): number {
      return sumByKey(ids, rows, floats.dRows) + sumByKey(positionOf, positions, floats.dPositions);
    },
    update(update: Update) {
      kernels.adamwRows(word, floats.dRows, hidden, ints.index, rows, update);
      kernels.adamw(position, floats.dPositions, update);
    },
  };
}
