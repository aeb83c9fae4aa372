/**
 * Training of a static model. The bags are summed and their gradients are spread over the table's rows by the
 * kernels; what is dense, cosines and softmax, is a graph. Only the rows that a batch touches are read or written.
 */
import type { StaticConfig } from '../encoder/model.ts';
import { gradients } from '../graph/gradients.ts';
import { buildGraph } from '../graph/ir.ts';
import type { Update } from '../graph/kernels.ts';
import { allocate } from '../graph/memory.ts';
import { openSession, tensor } from '../graph/session.ts';
import { infoNce } from './infonce.ts';
import { type BatchLimits, type Learner, sequencesOf, type Tokens } from './learner.ts';
import { lossInputs } from './loss-inputs.ts';
import { groupByKey, numberTokens } from './rows.ts';

/** The bags' sums stand for their means: cosines do not see the difference. */
function lossGraph(dimension: number, temperature: number) {
  const g = buildGraph();
  const anchors = g.input('anchors', 'float32', ['rows', dimension]);
  const candidates = g.input('candidates', 'float32', ['candidates', dimension]);
  const loss = infoNce(g, anchors, candidates, temperature);
  const [dAnchors, dCandidates] = gradients(g, [[loss, g.constant(1, [1, 1])]], [anchors, candidates]);
  return g.finish({ loss, dAnchors, dCandidates });
}

export async function learnStatic(
  { vocabSize, dimension }: StaticConfig,
  table: Float32Array,
  tokens: Tokens,
  limits: BatchLimits,
  { temperature, threads }: { temperature: number; threads: number },
): Promise<Learner> {
  const bags = limits.rows + limits.candidates;
  const touched = Math.min(vocabSize, limits.tokens);
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
  const session = await openSession(lossGraph(dimension, temperature), { threads });
  const inputs = lossInputs(limits);
  const number = numberTokens(vocabSize);
  const loss = new Float32Array(1);
  let rows = 0;

  return {
    state: new Map([
      ['weights', floats.weights],
      ['m', floats.m],
      ['v', floats.v],
    ]),
    async measure(batch) {
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
      const split = (x: Float32Array) => [
        tensor(x.subarray(0, asked * dimension), [asked, dimension]),
        tensor(x.subarray(asked * dimension, n * dimension), [n - asked, dimension]),
      ];
      const [a, c] = split(floats.sums);
      const [dAnchors, dCandidates] = split(floats.dSums);
      await inputs.use(batch, (feeds) =>
        session.run(
          { ...feeds, anchors: a, candidates: c },
          { loss: tensor(loss, [1, 1]), dAnchors, dCandidates },
        ),
      );
      const length = ints.starts[n];
      rows = number(ints.ids, length, ints.rows);
      groupByKey(ints.ids, length, rows, ints.rowStarts, ints.places);
      for (let i = 0; i < length; i++) ints.places[i] = ints.bagOf[ints.places[i]];
      kernels.sumRows(floats.dSums, ints.places, ints.rowStarts, rows, dimension, floats.gradient);
      const squares = kernels.sumSquares(floats.gradient.subarray(0, rows * dimension));
      return { loss: loss[0], gradientNorm: Math.sqrt(squares) };
    },
    // No decay: it is an embedding table, and shrinking rows would decay with how often a token occurs.
    update: (update: Update) =>
      kernels.adamwRows(floats, floats.gradient, dimension, ints.rows, rows, { ...update, weightDecay: 0 }),
    weights: () => new Map([['embedding.weight', { shape: [vocabSize, dimension], data: floats.weights }]]),
    close: () => session.close(),
  };
}
