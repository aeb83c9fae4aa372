/**
 * Training of a BERT encoder: forward, loss and backward are one graph whose inputs are the weights and whose outputs
 * are their gradients. The vocabulary's table stays outside: the graph gets the rows that the batch uses and the ids
 * numbered accordingly, and only those rows are updated.
 */
import { bert, bertParameters } from '../encoder/architectures/bert.ts';
import { pool } from '../encoder/architectures/pooling.ts';
import { concatenate, layOut, raggedFeeds, raggedInputs } from '../encoder/architectures/ragged.ts';
import type { BertConfig, ModelConfig, Tensor } from '../encoder/model.ts';
import { gradients } from '../graph/gradients.ts';
import { buildGraph, type Graph } from '../graph/ir.ts';
import { allocate } from '../graph/memory.ts';
import { openSession, tensor } from '../graph/session.ts';
import { infoNce } from './infonce.ts';
import { type BatchLimits, type Learner, sequencesOf, type Tokens } from './learner.ts';
import { lossInputs } from './loss-inputs.ts';
import { numberTokens } from './rows.ts';

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const gradientOf = (name: string) => `d ${name}`;

export function trainingGraph(config: ModelConfig, buckets: number, temperature: number): Graph {
  const encoder = config.encoder as BertConfig;
  const g = buildGraph();
  const ragged = raggedInputs(g, encoder.heads, buckets);
  const weights = new Map(
    bertParameters(encoder).map(({ name, shape, isVocabulary }) => [
      name,
      g.input(name, 'float32', isVocabulary ? ['rows of the table', ...shape.slice(1)] : shape),
    ]),
  );
  const hidden = bert(g, encoder, (name) => weights.get(name)!, ragged);
  const pooled = pool(g, hidden, ragged, config.pooling);
  const anchors = g.op('Gather', [pooled, g.input('anchors', 'int32', ['rows'])]);
  const candidates = g.op('Gather', [pooled, g.input('candidates', 'int32', ['candidates'])]);
  const loss = infoNce(g, anchors, candidates, temperature);
  const found = gradients(g, [[loss, g.constant(1, [1, 1])]], [...weights.values()]);
  const outputs = [...weights.keys()].map((name, i) => [gradientOf(name), found[i]] as const);
  return g.finish({ loss, ...Object.fromEntries(outputs) });
}

/** Buckets of attention; see docs of ragged.ts. */
const bucketCount = 4;

export async function learnBert(
  config: ModelConfig,
  initial: ReadonlyMap<string, Tensor>,
  tokens: Tokens,
  limits: BatchLimits,
  { temperature, threads }: { temperature: number; threads: number },
): Promise<Learner> {
  const encoder = config.encoder as BertConfig;
  const { heads, hidden } = encoder;
  const parameters = bertParameters(encoder);
  const touched = Math.min(encoder.vocabSize, limits.tokens);
  const blocks = allocate(
    parameters.map(({ shape, isVocabulary }) => ({
      floats: {
        weights: size(shape),
        m: size(shape),
        v: size(shape),
        rows: isVocabulary ? touched * hidden : 0,
        gradient: isVocabulary ? touched * hidden : size(shape),
      },
      ints: { index: isVocabulary ? touched : 0 },
    })),
  );
  const trained = parameters.map((parameter, i) => ({ ...parameter, ...blocks[i] }));
  const dense = trained.filter((p) => !p.isVocabulary);
  const vocabulary = trained.find((p) => p.isVocabulary)!;

  /** The Hugging Face tensors that a parameter is stacked from, as views of its weights. */
  const parts = trained.flatMap(({ tensors, shape, floats }) =>
    tensors.map((name, i): [string, Tensor] => {
      const length = floats.weights.length / tensors.length;
      return [
        name,
        {
          shape: [shape[0] / tensors.length, ...shape.slice(1)],
          data: floats.weights.subarray(i * length, (i + 1) * length),
        },
      ];
    }),
  );
  for (const [name, { data }] of parts) data.set(initial.get(name)!.data);

  const session = await openSession(trainingGraph(config, bucketCount, temperature), { threads });
  const inputs = lossInputs(limits);
  const number = numberTokens(encoder.vocabSize);
  const loss = new Float32Array(1);
  const weightFeeds = Object.fromEntries(dense.map((p) => [p.name, tensor(p.floats.weights, p.shape)]));
  const gradientFetches = Object.fromEntries(
    dense.map((p) => [gradientOf(p.name), tensor(p.floats.gradient, p.shape)]),
  );
  let rows = 0;

  return {
    state: new Map(
      trained.flatMap(({ name, floats: { weights, m, v } }) => [
        [name, weights],
        [`m ${name}`, m],
        [`v ${name}`, v],
      ]),
    ),
    async measure(batch) {
      const sequences = sequencesOf(batch, tokens);
      const layout = layOut(
        sequences.map((s) => s.length),
        bucketCount,
      );
      const ids = concatenate(sequences, layout);
      rows = number(ids, vocabulary.ints.index);
      // Where each text is in the layout's order.
      const places = new Int32Array(sequences.length);
      layout.order.forEach((sequence, i) => {
        places[sequence] = i;
      });
      const asked = batch.anchors.length;
      const { kernels, floats, ints } = vocabulary;
      kernels.takeRows(floats.weights, ints.index, rows, hidden, floats.rows);
      const rowsOf = (x: Float32Array) => tensor(x.subarray(0, rows * hidden), [rows, hidden]);
      await inputs.use(batch, (feeds) =>
        session.run(
          {
            ...feeds,
            ...weightFeeds,
            ...raggedFeeds(layout, heads),
            ids: tensor(ids, [ids.length]),
            anchors: tensor(places.subarray(0, asked), [asked]),
            candidates: tensor(places.subarray(asked), [places.length - asked]),
            [vocabulary.name]: rowsOf(floats.rows),
          },
          {
            ...gradientFetches,
            loss: tensor(loss, [1, 1]),
            [gradientOf(vocabulary.name)]: rowsOf(floats.gradient),
          },
        ),
      );
      const squares = trained.map((p) =>
        p.kernels.sumSquares(
          p.isVocabulary ? p.floats.gradient.subarray(0, rows * hidden) : p.floats.gradient,
        ),
      );
      return { loss: loss[0], gradientNorm: Math.sqrt(squares.reduce((a, b) => a + b, 0)) };
    },
    update(update) {
      for (const { kernels, floats, decays } of dense)
        kernels.adamw(floats, floats.gradient, decays ? update : { ...update, weightDecay: 0 });
      const { kernels, floats, ints } = vocabulary;
      kernels.adamwRows(floats, floats.gradient, hidden, ints.index, rows, { ...update, weightDecay: 0 });
    },
    weights: () => new Map(parts),
    close: () => session.close(),
  };
}
