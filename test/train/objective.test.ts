import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelConfig } from '#workers/encoder/model.ts';
import type { Batch, Learner } from '#workers/train/learner.ts';
import type { Objective } from '#workers/train/loss.ts';
import { embed, infoNce, numericGradient, unit, type Weights } from './oracle.ts';
import {
  batch,
  batches,
  descent,
  distance,
  learn,
  lists,
  models,
  norm,
  randomWeights,
} from './tiny-learner.ts';

const temperature = 0.3;
const [bert, bag] = [models['BERT with mean'], models.STATIC];

/** What a batch is charged, by loops over one text at a time. */
function lossOf(config: ModelConfig, drawn: Batch, asked: Partial<Objective>, teacher: number[][] = []) {
  const { symmetric = false, matryoshka = [], contrastive = 1, distillation } = asked;
  return (weights: Weights): number => {
    const anchors = Array.from(drawn.anchors, (i) => embed(config, weights, lists.queries[i]));
    const candidates = Array.from(drawn.candidates, (i) => embed(config, weights, lists.passages[i]));
    const positives = candidates.slice(0, anchors.length);
    const prefixes = matryoshka.length ? matryoshka : [{ dimension: config.dimension, weight: 1 }];
    let loss = 0;
    for (const { dimension, weight } of prefixes) {
      const cut = (vectors: number[][]) => vectors.map((v) => v.slice(0, dimension));
      const forth = infoNce(cut(anchors), cut(candidates), drawn.masked, temperature);
      const back = infoNce(cut(positives), cut(anchors), drawn.maskedBack, temperature);
      loss += contrastive * weight * (symmetric ? (forth + back) / 2 : forth);
    }
    if (!distillation) return loss;
    const squares = [anchors, positives].map((side) =>
      side.reduce((sum, v, i) => sum + unit(v).reduce((s, x, d) => s + (x - teacher[i][d]) ** 2, 0), 0),
    );
    const numbers = 2 * anchors.length * config.dimension;
    return loss + (distillation.weight * (squares[0] + squares[1])) / numbers;
  };
}

/** The gradient as what a step of plain descent takes away from every weight. */
async function descend(learner: Learner, drawn: readonly Batch[], before: ReturnType<typeof randomWeights>) {
  const { loss } = await learner.measure(drawn);
  learner.update(descent);
  const gradient = new Map(
    [...learner.weights()].map(([name, { data }]) => [
      name,
      Float64Array.from(data, (x, i) => before.get(name)!.data[i] - x),
    ]),
  );
  await learner.close();
  return { loss, gradient };
}

function same(found: Map<string, Float64Array>, expected: Map<string, Float64Array>, tolerance: number) {
  const total = norm(Float64Array.from([...expected.values()].flatMap((d) => [...d])));
  assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
  for (const [name, gradient] of expected) {
    const error = distance(found.get(name)!, gradient) / Math.max(norm(gradient), 1e-2 * total);
    assert.ok(error < tolerance, `${name}: relative error ${error}`);
  }
}

const teacher = lists.queries.map((_, i) => unit([0.3, -0.2 * i, 1, 0.5, 0.1, -1].map((x) => x + 0.1 * i)));
const losses: Record<string, Partial<Objective>> = {
  'both directions': { symmetric: true },
  'prefixes, the whole not among them': {
    matryoshka: [
      { dimension: 2, weight: 1 },
      { dimension: 3, weight: 0.5 },
    ],
  },
  'prefixes in both directions': { symmetric: true, matryoshka: [{ dimension: 2, weight: 2 }] },
};
for (const [architecture, config] of Object.entries({ STATIC: bag, BERT: bert })) {
  const masked: Batch = { ...batch([2, 1, 0], [0, 4, 2], [0, 1]), maskedBack: [1, 0] };
  for (const [what, loss] of Object.entries(losses))
    test(`${architecture}, ${what}: loss and gradient are those of the differences`, async () => {
      const weights = randomWeights(config);
      const oracle = lossOf(config, masked, loss);
      const found = await descend(await learn(config, weights, temperature, { loss }), [masked], weights);
      assert.ok(Math.abs(found.loss - oracle(weights)) < 1e-5);
      same(found.gradient, numericGradient(weights, oracle), 1e-4);
    });

  for (const contrastive of [0, 0.7])
    test(`${architecture}, a teacher, InfoNCE counting ${contrastive}: gradient of the differences`, async () => {
      const { dimension } = config;
      const vectors = Float32Array.from(teacher.flatMap((v) => v.slice(0, dimension)));
      const loss = { contrastive, distillation: { weight: 3, dimension } };
      const weights = randomWeights(config);
      const drawn = batch([3, 0, 1], [2, 0, 5]);
      const asked = [...drawn.anchors].map((i) => teacher[i].slice(0, dimension));
      const learner = await learn(config, weights, temperature, { loss, teacher: { vectors, dimension } });
      const oracle = lossOf(config, drawn, loss, asked);
      const found = await descend(learner, [drawn], weights);
      assert.ok(Math.abs(found.loss - oracle(weights)) < 1e-5);
      same(found.gradient, numericGradient(weights, oracle), 1e-4);
    });
}

for (const miniBatch of [1, 2, 3])
  test(`GradCache, ${miniBatch} rows at a time: the gradient of the whole batch`, async () => {
    const weights = randomWeights(bert);
    for (const drawn of [batches['in-batch negatives'], batches['hard negatives, fewer than rows']]) {
      const whole = await descend(await learn(bert, weights, temperature), [drawn], weights);
      const parts = await descend(await learn(bert, weights, temperature, { miniBatch }), [drawn], weights);
      assert.ok(Math.abs(parts.loss - whole.loss) < 1e-6);
      same(parts.gradient, whole.gradient, 2e-5);
    }
  });

for (const [architecture, config] of Object.entries({ STATIC: bag, BERT: bert }))
  test(`${architecture}: accumulated batches give the mean of their gradients`, async () => {
    const weights = randomWeights(config);
    const pair = [batch([0, 1], [3, 1]), batch([2, 3], [0, 4])];
    const both = await descend(await learn(config, weights, temperature), pair, weights);
    const [a, b] = [
      await descend(await learn(config, weights, temperature), [pair[0]], weights),
      await descend(await learn(config, weights, temperature), [pair[1]], weights),
    ];
    assert.ok(Math.abs(both.loss - (a.loss + b.loss) / 2) < 1e-6);
    const mean = [...a.gradient].map(
      ([name, g]) => [name, g.map((x, i) => (x + b.gradient.get(name)![i]) / 2)] as const,
    );
    same(both.gradient, new Map(mean), 2e-5);
  });

for (const frozen of [
  { embeddings: true, layers: 0 },
  { embeddings: true, layers: 1 },
  { embeddings: false, layers: 2 },
])
  test(`frozen embeddings ${frozen.embeddings}, layers ${frozen.layers}: bytes stay, the rest has its gradient`, async () => {
    const weights = randomWeights(bert);
    const drawn = [batches['masked translations']];
    const all = await descend(await learn(bert, weights, temperature), drawn, weights);
    const some = await descend(await learn(bert, weights, temperature, { frozen }), drawn, weights);
    const isFrozen = (name: string) =>
      name.startsWith('embeddings.')
        ? frozen.embeddings
        : Number(/^encoder\.layer\.(\d+)\./.exec(name)![1]) < frozen.layers;
    for (const [name, gradient] of some.gradient)
      if (isFrozen(name))
        assert.ok(
          gradient.every((x) => x === 0),
          name,
        );
    const rest = (of: Map<string, Float64Array>) => new Map([...of].filter(([name]) => !isFrozen(name)));
    same(rest(some.gradient), rest(all.gradient), 2e-5);
  });
