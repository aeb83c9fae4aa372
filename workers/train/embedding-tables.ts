/**
 * The tables of an encoder in training, outside the graph: it is given the rows that the step uses and ids numbered
 * accordingly, and gives back the gradient of every token's vector, which is summed here by token and by position.
 * Of the vocabulary only the rows that occur are read, updated or have their moments decayed (for 250,000 x 384 some
 * 25 ms a step instead of 330); positions are few and are updated whole.
 *
 * A step may come in parts (accumulation, GradCache). Weights rest during a step, so that a row keeps its number, and
 * its place among the rows taken and in the gradient, from the first part that has it to the step's end.
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

/**
 * @param maxTokens of a step; @param partTokens of a part of it
 * @param frozen whether the tables are only read
 */
export function embeddingTables(
  { vocabSize, positions, hidden }: Shape,
  maxTokens: number,
  partTokens: number,
  frozen: boolean,
) {
  const touched = Math.min(vocabSize, maxTokens);
  const trained = frozen ? 0 : 1;
  const [{ kernels, floats, ints }] = allocate([
    {
      floats: {
        words: vocabSize * hidden,
        wordsM: trained * vocabSize * hidden,
        wordsV: trained * vocabSize * hidden,
        rows: touched * hidden,
        dRows: trained * touched * hidden,
        positions: positions * hidden,
        positionsM: trained * positions * hidden,
        positionsV: trained * positions * hidden,
        dPositions: trained * positions * hidden,
        dTokens: trained * partTokens * hidden,
      },
      ints: {
        index: touched,
        places: partTokens,
        starts: Math.max(touched, positions) + 1,
      },
    },
  ]);
  const word = { weights: floats.words, m: floats.wordsM, v: floats.wordsV };
  const position = { weights: floats.positions, m: floats.positionsM, v: floats.positionsV };
  const numbers = numberTokens(vocabSize);
  let rows = 0;

  /** out[k] += the gradients of the tokens whose key is k. */
  function sumByKey(keys: Int32Array, count: number, out: Float32Array) {
    groupByKey(keys, keys.length, count, ints.starts, ints.places);
    kernels.addRows(floats.dTokens, ints.places, ints.starts, count, hidden, out);
  }

  return {
    word,
    position,
    begin() {
      numbers.forget(ints.index, rows);
      rows = 0;
      floats.dPositions.fill(0);
    },
    /** Numbers the ids, in place, and takes their rows of the vocabulary: those of all parts so far. */
    take(ids: Int32Array): Tensor {
      const before = rows;
      rows = numbers.number(ids, ids.length, ints.index, before);
      kernels.takeRows(
        word.weights,
        ints.index.subarray(before, rows),
        rows - before,
        hidden,
        floats.rows.subarray(before * hidden),
      );
      if (!frozen) floats.dRows.fill(0, before * hidden, rows * hidden);
      return tensor(floats.rows.subarray(0, rows * hidden), [rows, hidden]);
    },
    /** Where the graph puts the gradient of this many tokens' vectors. */
    dTokens: (count: number): Tensor => tensor(floats.dTokens.subarray(0, count * hidden), [count, hidden]),
    /** Adds that gradient up by token and position. */
    collect(ids: Int32Array, positionOf: Int32Array) {
      sumByKey(ids, rows, floats.dRows);
      sumByKey(positionOf, positions, floats.dPositions);
    },
    /** Of the step's gradient. */
    sumSquares: () =>
      frozen
        ? 0
        : kernels.sumSquares(floats.dRows.subarray(0, rows * hidden)) + kernels.sumSquares(floats.dPositions),
    update(update: Update) {
      if (frozen) return;
      kernels.adamwRows(word, floats.dRows, hidden, ints.index, rows, update);
      kernels.adamw(position, floats.dPositions, update);
    },
  };
}
