/**
 * Training of a static model. The bags are summed and their gradients are spread over the table's rows by the
 * kernels; what is dense, cosines and softmax, is a graph. Only the rows that a batch touches are read or written.
 */
import type { StaticConfig } from '../encoder/model.ts';
import type { Update } from '../graph/kernels.ts';
import { allocate } from '../graph/memory.ts';
import { openSession, tensor } from '../graph/session.ts';
import {
  type Batch,
  type BatchLimits,
  type Learner,
  type LearnerOptions,
  sequencesOf,
  type Tokens,
} from './learner.ts';
import { lossGraph } from './loss-graph.ts';
import { lossInputs } from './loss-inputs.ts';
import { groupByKey, numberTokens } from './rows.ts';

export async function learnStatic(
  { vocabSize, dimension }: StaticConfig,
  table: Float32Array,
  tokens: Tokens,
  limits: BatchLimits,
  { objective, teacher, threads }: LearnerOptions,
): Promise<Learner> {
  const bags = limits.rows + limits.candidates;
  const touched = Math.min(vocabSize, limits.tokens * limits.batches);
  // The bags' sums stand for their means where lengths do not count: cosines do not see the difference.
  const meansCount = objective.distillation !== null && !objective.normalize;
  const [{ kernels, floats, ints }] = allocate([
    {
      floats: {
        weights: table.length,
        m: table.length,
        v: table.length,
        sums: bags * dimension,
        dSums: bags * dimension,
        gradient: touched * dimension,
      },
      ints: {
        ids: limits.tokens,
        starts: bags + 1,
        rows: touched,
        bagOf: limits.tokens,
        places: limits.tokens,
        rowStarts: touched + 1,
      },
    },
  ]);
  floats.weights.set(table);
  const session = await openSession(lossGraph(dimension, objective), { threads });
  const inputs = lossInputs(limits, teacher);
  const numbers = numberTokens(vocabSize);
  const loss = new Float32Array(1);
  let rows = 0;

  /** Loss of one batch; adds its gradient. */
  async function one(batch: Batch, share: number) {
    const asked = batch.anchors.length;
    const sequences = sequencesOf(batch, tokens);
    const n = sequences.length;
    ints.starts[0] = 0;
    sequences.forEach((ids, i) => {
      ints.ids.set(ids, ints.starts[i]);
      ints.starts[i + 1] = ints.starts[i] + ids.length;
      ints.bagOf.fill(i, ints.starts[i], ints.starts[i + 1]);
    });
    kernels.sumRows(floats.weights, ints.ids, ints.starts, n, dimension, floats.sums);
    if (meansCount) divideByLength(floats.sums, sequences, dimension);
    const split = (x: Float32Array) => [
      tensor(x.subarray(0, asked * dimension), [asked, dimension]),
      tensor(x.subarray(asked * dimension, n * dimension), [n - asked, dimension]),
    ];
    const [anchors, candidates] = split(floats.sums);
    const [dAnchors, dCandidates] = split(floats.dSums);
    await inputs.use(batch, share, (feeds) =>
      session.run({ ...feeds, anchors, candidates }, { loss: tensor(loss, [1, 1]), dAnchors, dCandidates }),
    );
    if (meansCount) divideByLength(floats.dSums, sequences, dimension);
    const length = ints.starts[n];
    const before = rows;
    rows = numbers.number(ints.ids, length, ints.rows, before);
    floats.gradient.fill(0, before * dimension, rows * dimension);
    groupByKey(ints.ids, length, rows, ints.rowStarts, ints.places);
    for (let i = 0; i < length; i++) ints.places[i] = ints.bagOf[ints.places[i]];
    kernels.addRows(floats.dSums, ints.places, ints.rowStarts, rows, dimension, floats.gradient);
  }

  return {
    state: new Map([
      ['weights', floats.weights],
      ['m', floats.m],
      ['v', floats.v],
    ]),
    async measure(batches, signal) {
      numbers.forget(ints.rows, rows);
      rows = 0;
      let total = 0;
      for (const batch of batches) {
        signal?.throwIfAborted();
        await one(batch, 1 / batches.length);
        total += loss[0];
      }
      const squares = kernels.sumSquares(floats.gradient.subarray(0, rows * dimension));
      return { loss: total, gradientNorm: Math.sqrt(squares) };
    },
    // No decay: it is an embedding table, and shrinking rows would decay with how often a token occurs.
    update: (update: Update) =>
      kernels.adamwRows(floats, floats.gradient, dimension, ints.rows, rows, { ...update, weightDecay: 0 }),
    weights: () => new Map([['embedding.weight', { shape: [vocabSize, dimension], data: floats.weights }]]),
    close: () => session.close(),
  };
}

function divideByLength(rows: Float32Array, sequences: readonly Int32Array[], dimension: number) {
  sequences.forEach(({ length }, i) => {
    for (let d = i * dimension; d < (i + 1) * dimension; d++) rows[d] /= length || 1;
  });
}
