import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embed, infoNce, numericGradient } from './oracle.ts';
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
  vocabSize,
} from './tiny-learner.ts';

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
      const measured = await learner.measure([drawn]);
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
    await learner.measure([batches['in-batch negatives']]);
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
  await learner.measure([batch([1, 0], [2, 0])]);
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
