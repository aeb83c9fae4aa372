import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BertConfig, ModelConfig, Tensor } from '#workers/encoder/model.ts';
import { modelShapes } from '#workers/encoder/tensors.ts';
import { learnBert } from '#workers/train/bert-learner.ts';
import type { Batch, Learner, Tokens } from '#workers/train/learner.ts';
import { stream } from '#workers/train/random.ts';
import { learnStatic } from '#workers/train/static-learner.ts';
import { embed, infoNce, numericGradient } from './oracle.ts';

const vocabSize = 11;
const common = { normalize: true, maxLength: 8, prompts: {}, dense: [] };
const models: Record<string, ModelConfig> = {
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
function randomWeights(config: ModelConfig): Map<string, Tensor> {
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
const lists = {
  queries: [[1, 2, 3], [4], [5, 6, 7, 8, 9, 2, 1], [3, 3]],
  passages: [[2, 5], [1, 9, 8, 7], [6], [4, 4, 10, 2, 3], [7, 1, 1], [10, 9, 8, 7, 6, 5, 4, 3]],
};
const ragged = (texts: number[][]) => ({
  ids: Int32Array.from(texts.flat()),
  offsets: Int32Array.from([0, ...texts.map((_, i) => texts.slice(0, i + 1).flat().length)]),
});
const tokens: Tokens = { queries: ragged(lists.queries), passages: ragged(lists.passages) };

const batches: Record<string, Batch> = {
  'in-batch negatives': batch([0, 1, 2, 3], [0, 1, 2, 3]),
  'hard negatives, fewer than rows': batch([0, 1, 2], [3, 1, 2, 5, 4]),
  'masked translations': batch([2, 1, 0], [0, 4, 2, 5], [0, 1, 1, 2]),
  'a text that comes twice': batch([0, 1, 0], [2, 2, 1]),
};
function batch(anchors: number[], candidates: number[], masked: number[] = []): Batch {
  return { anchors: Int32Array.from(anchors), candidates: Int32Array.from(candidates), masked };
}

const limits = { rows: 4, candidates: 5, tokens: 60 };

function learn(config: ModelConfig, weights: Map<string, Tensor>, temperature: number): Promise<Learner> {
  const options = { temperature, threads: 1 };
  const { encoder } = config;
  return encoder.architecture === 'STATIC'
    ? learnStatic(encoder, weights.get('embedding.weight')!.data, tokens, limits, options)
    : learnBert(config, weights, tokens, limits, options);
}

/** AdamW without memory and with a huge epsilon is gradient descent: the step is learningRate / epsilon x gradient. */
const descent = { scale: 1, beta1: 0, beta2: 0, epsilon: 1e6, learningRate: 1e6, weightDecay: 0, step: 1 };

const distance = (a: Float64Array, b: Float64Array) => Math.hypot(...a.map((x, i) => x - b[i]));
const norm = (a: Float64Array) => Math.hypot(...a);

for (const [name, config] of Object.entries(models)) {
  for (const [what, drawn] of Object.entries(batches)) {
    test(`${name}, ${what}: loss and every gradient are those of the differences`, async () => {
      const temperature = 0.3;
      const weights = randomWeights(config);
      const loss = (w: Parameters<typeof embed>[1]) =>
        infoNce(
          Array.from(drawn.anchors, (i) => embed(config, w, lists.queries[i])),
          Array.from(drawn.candidates, (i) => embed(config, w, lists.passages[i])),
          drawn.masked,
          temperature,
        );
      const expected = numericGradient(weights, loss);

      const learner = await learn(config, weights, temperature);
      const measured = await learner.measure(drawn);
      learner.update(descent);
      const after = learner.weights();
      await learner.close();

      assert.ok(Math.abs(measured.loss - loss(weights)) < 1e-5, `${measured.loss} against ${loss(weights)}`);
      const total = norm(Float64Array.from([...expected.values()].flatMap((d) => [...d])));
      // A static model is differentiated by the bags' sums instead of their means; cosines are the same.
      assert.ok(Math.abs(measured.gradientNorm - total) < 1e-4 * total, `${measured.gradientNorm}, ${total}`);
      for (const [tensor, gradient] of expected) {
        const before = weights.get(tensor)!.data;
        const now = after.get(tensor)!.data;
        const ours = Float64Array.from(before, (x, i) => x - now[i]);
        // The key's bias cancels in the softmax: its gradient is 0 but for rounding, so that only size can be compared.
        const error = distance(ours, gradient) / Math.max(norm(gradient), 1e-2 * total);
        assert.ok(error < 1e-4, `${tensor}: relative error ${error}`);
      }
    });
  }
}

test('clipping scales the whole gradient', async () => {
  const weights = randomWeights(models['BERT with mean']);
  const steps = [];
  for (const scale of [1, 0.5]) {
    const learner = await learn(models['BERT with mean'], weights, 0.3);
    await learner.measure(batches['in-batch negatives']);
    learner.update({ ...descent, scale });
    const moved = [...learner.weights()].flatMap(([name, { data }]) =>
      Array.from(data, (x, i) => x - weights.get(name)!.data[i]),
    );
    steps.push(Float64Array.from(moved));
    await learner.close();
  }
  assert.ok(
    distance(
      steps[0],
      steps[1].map((x) => 2 * x),
    ) <
      1e-5 * norm(steps[0]),
  );
});

test('tokens that a batch lacks keep their rows and moments', async () => {
  const config = models.STATIC;
  const learner = await learn(config, randomWeights(config), 0.3);
  const before = new Map([...learner.state].map(([name, array]) => [name, array.slice()]));
  await learner.measure(batch([1, 0], [2, 0]));
  learner.update({ ...descent, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, learningRate: 0.01 });
  const touched = new Set([1, 2, 3, 4, 5, 6]);
  for (const [name, array] of learner.state)
    for (let token = 0; token < vocabSize; token++) {
      const rowOf = (x: Float32Array) => [...x.subarray(token * 6, token * 6 + 6)];
      const same = rowOf(array).every((x, i) => x === rowOf(before.get(name)!)[i]);
      assert.equal(same, !touched.has(token), `${name} of token ${token}`);
    }
  await learner.close();
});
