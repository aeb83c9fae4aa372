/**
 * Training of a BERT encoder: forward, loss and backward are one graph whose inputs are the weights and whose outputs
 * are their gradients.
 */
import { bert, bertParameters } from '../encoder/architectures/bert.ts';
import type { Parameter } from '../encoder/architectures/parameter.ts';
import { denseParameters, sentenceVectors } from '../encoder/architectures/pooling.ts';
import { concatenate, layOut, raggedFeeds, raggedInputs } from '../encoder/architectures/ragged.ts';
import type { BertConfig, ModelConfig, Tensor } from '../encoder/model.ts';
import { gradients } from '../graph/gradients.ts';
import { buildGraph, type Graph } from '../graph/ir.ts';
import type { Moments } from '../graph/kernels.ts';
import { allocate } from '../graph/memory.ts';
import { openSession, tensor } from '../graph/session.ts';
import { embeddingTables } from './embedding-tables.ts';
import { infoNce } from './infonce.ts';
import { type BatchLimits, type Learner, sequencesOf, type Tokens } from './learner.ts';
import { lossInputs } from './loss-inputs.ts';

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const gradientOf = (name: string) => `d ${name}`;

/** The tables that ids and positions are looked up in get their gradients from that of the sum, `d embedded`. */
const tables = {
  vocabulary: 'embeddings.word_embeddings.weight',
  positions: 'embeddings.position_embeddings.weight',
};
const isTable = (name: string) => Object.values(tables).includes(name);

const parametersOf = ({ encoder, dense }: ModelConfig) => [
  ...bertParameters(encoder as BertConfig),
  ...dense.flatMap(denseParameters),
];

export function trainingGraph(config: ModelConfig, buckets: number, temperature: number): Graph {
  const encoder = config.encoder as BertConfig;
  const g = buildGraph();
  const ragged = raggedInputs(g, encoder.heads, buckets);
  const weights = new Map(
    parametersOf(config).map(({ name, shape }) => [
      name,
      g.input(name, 'float32', name === tables.vocabulary ? ['rows of the table', encoder.hidden] : shape),
    ]),
  );
  const weight = (name: string) => weights.get(name)!;
  const { embedded, hidden } = bert(g, encoder, weight, ragged);
  const pooled = sentenceVectors(g, config, weight, hidden, ragged);
  const anchors = g.op('Gather', [pooled, g.input('anchors', 'int32', ['rows'])]);
  const candidates = g.op('Gather', [pooled, g.input('candidates', 'int32', ['candidates'])]);
  const loss = infoNce(g, anchors, candidates, temperature);
  const wanted = new Map([...weights].filter(([name]) => !isTable(name))).set('embedded', embedded);
  const found = gradients(g, [[loss, g.constant(1, [1, 1])]], [...wanted.values()]);
  const outputs = [...wanted.keys()].map((name, i) => [gradientOf(name), found[i]] as const);
  return g.finish({ loss, ...Object.fromEntries(outputs) });
}

/** Buckets of a batch; of the slots of attention 11 % (titles and passages) to 22 % (sentences) are padding then, with one 55 to 71 %. */
const bucketCount = 4;

export async function learnBert(
  config: ModelConfig,
  initial: ReadonlyMap<string, Tensor>,
  tokens: Tokens,
  limits: BatchLimits,
  { temperature, threads }: { temperature: number; threads: number },
): Promise<Learner> {
  const encoder = config.encoder as BertConfig;
  const dense = withMoments(parametersOf(config).filter((p) => !isTable(p.name)));
  const embeddings = embeddingTables(encoder, limits.tokens);
  const moments = new Map<string, Moments>([
    [tables.vocabulary, embeddings.word],
    [tables.positions, embeddings.position],
    ...dense.map(({ name, floats }): [string, Moments] => [name, floats]),
  ]);
  const views = huggingFaceViews(parametersOf(config), moments);
  for (const [name, { data }] of views) data.set(initial.get(name)!.data);

  const session = await openSession(trainingGraph(config, bucketCount, temperature), { threads });
  const inputs = lossInputs(limits);
  const loss = new Float32Array(1);
  const weightFeeds = Object.fromEntries([
    ...dense.map((p) => [p.name, tensor(p.floats.weights, p.shape)]),
    [tables.positions, tensor(embeddings.position.weights, [encoder.positions, encoder.hidden])],
  ]);
  const gradientFetches = Object.fromEntries(
    dense.map((p) => [gradientOf(p.name), tensor(p.floats.gradient, p.shape)]),
  );

  return {
    state: new Map(
      [...moments].flatMap(([name, { weights, m, v }]) => [
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
      const rows = embeddings.take(ids);
      const ragged = raggedFeeds(layout, encoder);
      const at = placesOf(layout.order);
      const asked = batch.anchors.length;
      await inputs.use(batch, (feeds) =>
        session.run(
          {
            ...feeds,
            ...weightFeeds,
            ...ragged,
            ids: tensor(ids, [ids.length]),
            anchors: tensor(at.subarray(0, asked), [asked]),
            candidates: tensor(at.subarray(asked), [at.length - asked]),
            [tables.vocabulary]: rows,
          },
          {
            ...gradientFetches,
            loss: tensor(loss, [1, 1]),
            [gradientOf('embedded')]: embeddings.dTokens(ids.length),
          },
        ),
      );
      const squares = dense.reduce(
        (sum, p) => sum + p.kernels.sumSquares(p.floats.gradient),
        embeddings.collect(ids, ragged.positions.data as Int32Array),
      );
      return { loss: loss[0], gradientNorm: Math.sqrt(squares) };
    },
    update(update) {
      const free = { ...update, weightDecay: 0 };
      for (const { kernels, floats, decays } of dense)
        kernels.adamw(floats, floats.gradient, decays ? update : free);
      embeddings.update(free);
    },
    weights: () => new Map(views),
    close: () => session.close(),
  };
}

function withMoments(parameters: readonly Parameter[]) {
  const blocks = allocate(
    parameters.map(({ shape }) => {
      const n = size(shape);
      return { floats: { weights: n, m: n, v: n, gradient: n }, ints: {} };
    }),
  );
  return parameters.map((parameter, i) => ({ ...parameter, ...blocks[i] }));
}

/** The Hugging Face tensors that parameters are stacked from, as views of their weights. */
function huggingFaceViews(parameters: readonly Parameter[], moments: ReadonlyMap<string, Moments>) {
  return parameters.flatMap(({ name, shape, tensors }) => {
    const { weights } = moments.get(name)!;
    const length = weights.length / tensors.length;
    return tensors.map((part, i): [string, Tensor] => [
      part,
      {
        shape: [shape[0] / tensors.length, ...shape.slice(1)],
        data: weights.subarray(i * length, (i + 1) * length),
      },
    ]);
  });
}

/** The inverse of an order: where each sequence is. */
function placesOf(order: Int32Array): Int32Array {
  const at = new Int32Array(order.length);
  order.forEach((sequence, i) => {
    at[sequence] = i;
  });
  return at;
}
