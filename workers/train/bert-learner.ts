/** Training of a transformer: a batch in one graph, or in parts by GradCache (Gao et al. 2021). */
import { concatenate, layOut, raggedFeeds } from '../encoder/architectures/ragged.ts';
import type { BertConfig, ModelConfig, Tensor } from '../encoder/model.ts';
import type { Moments } from '../graph/kernels.ts';
import { openSession, type Tensor as SessionTensor, tensor } from '../graph/session.ts';
import { chunksOf } from './chunks.ts';
import { embeddingTables } from './embedding-tables.ts';
import {
  backwardGraph,
  embeddedName,
  forwardGraph,
  gradientOf,
  isTable,
  parametersOf,
  stepGraph,
  sumOf,
  tables,
  type Wanted,
} from './encoder-graphs.ts';
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
import { allocateParameters, huggingFaceViews } from './parameters.ts';

/** Buckets of a batch; of the slots of attention 11 % (titles and passages) to 22 % (sentences) are padding then, with one 55 to 71 %. */
const bucketCount = 4;
/** Of a part whose sequences are nearly equally long. */
const chunkBuckets = 2;

type Feeds = Record<string, SessionTensor>;

export async function learnBert(
  config: ModelConfig,
  initial: ReadonlyMap<string, Tensor>,
  tokens: Tokens,
  limits: BatchLimits,
  options: LearnerOptions,
): Promise<Learner> {
  const { objective, teacher, miniBatch, frozen } = options;
  const encoder = config.encoder as BertConfig;
  const isTrained = trainedOf(frozen);
  const parameters = allocateParameters(
    parametersOf(config).filter((p) => !isTable(p.name)),
    isTrained,
  );
  const trained = parameters.filter((p) => p.trained);
  const embeddings = embeddingTables(
    encoder,
    limits.tokens * limits.batches,
    limits.tokens,
    !isTrained(tables.vocabulary),
  );
  const moments = new Map<string, Moments>([
    [tables.vocabulary, embeddings.word],
    [tables.positions, embeddings.position],
    ...parameters.map(({ name, floats }): [string, Moments] => [name, floats]),
  ]);
  const views = huggingFaceViews(parametersOf(config), (name) => moments.get(name)!.weights);
  for (const [name, { data }] of views) data.set(initial.get(name)!.data);

  const weightFeeds: Feeds = Object.fromEntries([
    ...parameters.map((p) => [p.name, tensor(p.floats.weights, p.shape)]),
    [tables.positions, tensor(embeddings.position.weights, [encoder.positions, encoder.hidden])],
  ]);
  const wanted: Wanted = {
    names: [...trained.map((p) => p.name), ...(frozen.embeddings ? [] : [embeddedName])],
    accumulates: miniBatch !== null || limits.batches > 1,
  };
  const gradientTensors = trained.map((p) => [p.name, tensor(p.floats.gradient, p.shape)] as const);
  // Read and written in place: an Add reads a number before it writes it.
  const sumFeeds: Feeds = wanted.accumulates
    ? Object.fromEntries(gradientTensors.map(([name, t]) => [sumOf(name), t]))
    : {};
  const gradientFetches: Feeds = Object.fromEntries(
    gradientTensors.map(([name, t]) => [gradientOf(name), t]),
  );

  /** Sequences side by side, with all that a graph is fed but the loss. */
  function prepare(sequences: readonly Int32Array[], buckets: number) {
    const layout = layOut(
      sequences.map((s) => s.length),
      buckets,
    );
    const ids = concatenate(sequences, layout);
    const rows = embeddings.take(ids);
    const ragged = raggedFeeds(layout, encoder);
    const feeds: Feeds = {
      ...weightFeeds,
      ...ragged,
      ids: tensor(ids, [ids.length]),
      [tables.vocabulary]: rows,
    };
    const fetches: Feeds = {
      ...gradientFetches,
      ...(frozen.embeddings ? {} : { [gradientOf(embeddedName)]: embeddings.dTokens(ids.length) }),
    };
    const collect = () => {
      if (!frozen.embeddings) embeddings.collect(ids, ragged.positions.data as Int32Array);
    };
    return { order: layout.order, feeds, fetches, collect };
  }

  const inputs = lossInputs(limits, teacher);
  const loss = new Float32Array(1);
  const lossFetch = { loss: tensor(loss, [1, 1]) };
  const { dimension } = config;

  /** A batch at once. */
  async function openWhole() {
    const session = await openSession(stepGraph(config, bucketCount, objective, wanted), options);
    return {
      async add(batch: Batch, share: number, _signal?: AbortSignal) {
        const { order, feeds, fetches, collect } = prepare(sequencesOf(batch, tokens), bucketCount);
        const at = placesOf(order);
        const asked = batch.anchors.length;
        const places = {
          anchors: tensor(at.subarray(0, asked), [asked]),
          candidates: tensor(at.subarray(asked), [at.length - asked]),
        };
        await inputs.use(batch, share, (lossFeeds) =>
          session.run({ ...feeds, ...sumFeeds, ...lossFeeds, ...places }, { ...fetches, ...lossFetch }),
        );
        collect();
      },
      close: () => session.close(),
    };
  }

  /** All vectors first, then their gradient, then each part's backward with its forward made again. */
  async function openParts(rowsOfPart: number) {
    const open = (graph: Parameters<typeof openSession>[0]) => openSession(graph, options);
    const forward = await open(forwardGraph(config, chunkBuckets));
    const between = await open(lossGraph(dimension, objective));
    const backward = await open(backwardGraph(config, chunkBuckets, wanted));
    const bytes = (limits.rows + limits.candidates) * dimension;
    const [vectors, dVectors] = [new Float32Array(bytes), new Float32Array(bytes)];
    return {
      async add(batch: Batch, share: number, signal?: AbortSignal) {
        const sequences = sequencesOf(batch, tokens);
        const chunks = chunksOf(
          sequences.map((s) => s.length),
          batch.anchors.length,
          rowsOfPart,
        );
        for (const chunk of chunks) {
          signal?.throwIfAborted();
          const { order, feeds } = prepare(
            Array.from(chunk, (i) => sequences[i]),
            chunkBuckets,
          );
          const pooled = new Float32Array(chunk.length * dimension);
          await forward.run(feeds, { pooled: tensor(pooled, [chunk.length, dimension]) });
          order.forEach((sequence, i) => {
            vectors.set(pooled.subarray(i * dimension, (i + 1) * dimension), chunk[sequence] * dimension);
          });
        }
        const asked = batch.anchors.length;
        const split = (x: Float32Array) => [
          tensor(x.subarray(0, asked * dimension), [asked, dimension]),
          tensor(x.subarray(asked * dimension, sequences.length * dimension), [
            sequences.length - asked,
            dimension,
          ]),
        ];
        const [anchors, candidates] = split(vectors);
        const [dAnchors, dCandidates] = split(dVectors);
        await inputs.use(batch, share, (lossFeeds) =>
          between.run({ ...lossFeeds, anchors, candidates }, { ...lossFetch, dAnchors, dCandidates }),
        );
        for (const chunk of chunks) {
          signal?.throwIfAborted();
          const { order, feeds, fetches, collect } = prepare(
            Array.from(chunk, (i) => sequences[i]),
            chunkBuckets,
          );
          const dPooled = new Float32Array(chunk.length * dimension);
          order.forEach((sequence, i) => {
            const from = chunk[sequence] * dimension;
            dPooled.set(dVectors.subarray(from, from + dimension), i * dimension);
          });
          const seed = { dPooled: tensor(dPooled, [chunk.length, dimension]) };
          await backward.run({ ...feeds, ...sumFeeds, ...seed }, fetches);
          collect();
        }
      },
      async close() {
        for (const session of [forward, between, backward]) await session.close();
      },
    };
  }

  const parts = miniBatch === null ? await openWhole() : await openParts(miniBatch);
  return {
    state: new Map(
      [...moments].flatMap(([name, { weights, m, v }]) =>
        isTrained(name)
          ? [
              [name, weights],
              [`m ${name}`, m],
              [`v ${name}`, v],
            ]
          : [],
      ),
    ),
    async measure(batches, signal) {
      embeddings.begin();
      if (wanted.accumulates) for (const { floats } of trained) floats.gradient.fill(0);
      let total = 0;
      for (const batch of batches) {
        signal?.throwIfAborted();
        await parts.add(batch, 1 / batches.length, signal);
        total += loss[0];
      }
      const squares = trained.reduce(
        (sum, p) => sum + p.kernels.sumSquares(p.floats.gradient),
        embeddings.sumSquares(),
      );
      return { loss: total, gradientNorm: Math.sqrt(squares) };
    },
    update(update) {
      const free = { ...update, weightDecay: 0 };
      for (const { kernels, floats, decays } of trained)
        kernels.adamw(floats, floats.gradient, decays ? update : free);
      embeddings.update(free);
    },
    weights: () => new Map(views),
    close: () => parts.close(),
  };
}

/** Which parameters are trained, by name. */
function trainedOf({ embeddings, layers }: LearnerOptions['frozen']) {
  return (name: string) => {
    if (name.startsWith('embeddings.')) return !embeddings;
    const layer = /^encoder\.layer\.(\d+)\./.exec(name);
    return !layer || Number(layer[1]) >= layers;
  };
}

/** The inverse of an order: where each sequence is. */
function placesOf(order: Int32Array): Int32Array {
  const at = new Int32Array(order.length);
  order.forEach((sequence, i) => {
    at[sequence] = i;
  });
  return at;
}
