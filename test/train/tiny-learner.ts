/** Models so small that differences can be taken over every weight, and batches for them. */
import type { BertConfig, ModelConfig, Tensor } from '#workers/encoder/model.ts';
import { modelShapes } from '#workers/encoder/tensors.ts';
import { learnBert } from '#workers/train/bert-learner.ts';
import type { Batch, Learner, LearnerOptions, Tokens } from '#workers/train/learner.ts';
import type { Objective } from '#workers/train/loss.ts';
import { stream } from '#workers/train/random.ts';
import { learnStatic } from '#workers/train/static-learner.ts';
import { computeWith } from '../compute.ts';

export const vocabSize = 11;
const common = { normalize: true, maxLength: 8, prompts: {}, dense: [] };
export const models: Record<string, ModelConfig> = {
  STATIC: {
    ...common,
    ...{ encoder: { architecture: 'STATIC', vocabSize, dimension: 6 }, pooling: 'MEAN', dimension: 6 },
  },
  'BERT with mean': {
    ...common,
    encoder: {
      architecture: 'BERT',
      family: 'bert',
      positionOffset: 0,
      ...{ vocabSize, layers: 2, hidden: 4, heads: 2, ffn: 6, positions: 8, typeVocabSize: 2 },
      layerNormEps: 1e-12,
    },
    ...{ pooling: 'MEAN', dimension: 4 },
  },
};
models['BERT with CLS'] = { ...models['BERT with mean'], pooling: 'CLS' };
models['XLM-RoBERTa with max and Dense'] = {
  ...models['BERT with mean'],
  encoder: {
    ...(models['BERT with mean'].encoder as BertConfig),
    ...{ family: 'xlm-roberta', positions: 12, positionOffset: 2, typeVocabSize: 1 },
  },
  pooling: 'MAX',
  dense: [
    { path: '2_Dense', in: 4, out: 5, bias: true, activation: 'TANH' },
    { path: '3_Dense', in: 5, out: 6, bias: false, activation: 'RELU' },
    { path: '4_Dense', in: 6, out: 3, bias: true, activation: 'GELU' },
    { path: '5_Dense', in: 3, out: 3, bias: true, activation: 'IDENTITY' },
  ],
  dimension: 3,
};

/** Not the initial weights of a run: those are so small that differences between tokens drown. */
export function randomWeights(config: ModelConfig): Map<string, Tensor> {
  const { normal } = stream(5);
  return new Map(
    [...modelShapes(config)].map(([name, shape]) => {
      const gain = name.endsWith('LayerNorm.weight') ? 1 : 0;
      // Four small matrices in a row would leave gradients below what a step of single-precision weights can show.
      const scale = name.includes('Dense') ? 1 : 0.3;
      const data = Float32Array.from(
        { length: shape.reduce((a, b) => a * b, 1) },
        () => gain + scale * normal(),
      );
      return [name, { shape, data }];
    }),
  );
}

/** Texts of uneven lengths; tokens repeat within and between them. */
export const lists = {
  queries: [[1, 2, 3], [4], [5, 6, 7, 8, 9, 2, 1], [3, 3]],
  passages: [[2, 5], [1, 9, 8, 7], [6], [4, 4, 10, 2, 3], [7, 1, 1], [10, 9, 8, 7, 6, 5, 4, 3]],
};
const ragged = (texts: number[][]) => ({
  ids: Int32Array.from(texts.flat()),
  offsets: Int32Array.from([0, ...texts.map((_, i) => texts.slice(0, i + 1).flat().length)]),
});
const tokens: Tokens = { queries: ragged(lists.queries), passages: ragged(lists.passages) };

export const batches: Record<string, Batch> = {
  'in-batch negatives': batch([0, 1, 2, 3], [0, 1, 2, 3]),
  'hard negatives, fewer than rows': batch([0, 1, 2], [3, 1, 2, 5, 4]),
  'masked translations': batch([2, 1, 0], [0, 4, 2, 5], [0, 1, 1, 2]),
  'a text that comes twice': batch([0, 1, 0], [2, 2, 1]),
};
export function batch(anchors: number[], candidates: number[], masked: number[] = []): Batch {
  return {
    ...{ anchors: Int32Array.from(anchors), candidates: Int32Array.from(candidates), masked },
    ...{ maskedBack: [], units: Int32Array.from(anchors) },
  };
}

const limits = { rows: 4, candidates: 5, tokens: 60, batches: 2 };

export function learn(
  config: ModelConfig,
  weights: Map<string, Tensor>,
  temperature: number,
  rest: Partial<LearnerOptions> & { loss?: Partial<Objective> } = {},
): Promise<Learner> {
  const { loss, ...others } = rest;
  const options: LearnerOptions = {
    objective: {
      ...{ temperature, symmetric: false, matryoshka: [], contrastive: 1, distillation: null },
      normalize: config.normalize,
      ...loss,
    },
    ...{ teacher: null, ...computeWith(1), miniBatch: null, frozen: { embeddings: false, layers: 0 } },
    ...others,
  };
  const { encoder } = config;
  return encoder.architecture === 'STATIC'
    ? learnStatic(encoder, weights.get('embedding.weight')!.data, tokens, limits, options)
    : learnBert(config, weights, tokens, limits, options);
}

/** AdamW without memory and with a huge epsilon is gradient descent: the step is learningRate / epsilon x gradient. */
export const descent = {
  scale: 1,
  beta1: 0,
  beta2: 0,
  epsilon: 1e6,
  learningRate: 1e6,
  weightDecay: 0,
  step: 1,
};

export const distance = (a: Float64Array, b: Float64Array) => Math.hypot(...a.map((x, i) => x - b[i]));
export const norm = (a: Float64Array) => Math.hypot(...a);
