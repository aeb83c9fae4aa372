/** The gradient of every parameter, as PyTorch's automatic differentiation has it (test/golden/encoder). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readModel } from '#workers/encoder/folder.ts';
import type { ModelConfig } from '#workers/encoder/model.ts';
import { openSafetensors } from '#workers/encoder/safetensors.ts';
import { openTokenizer } from '#workers/encoder/tokenizer.ts';
import { learnBert } from '#workers/train/bert-learner.ts';
import type { LearnerOptions } from '#workers/train/learner.ts';
import { computeWith } from '../compute.ts';

const golden = join(import.meta.dirname, '../golden/encoder');
const expected = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8'));
const { anchors, positives, negatives, scale } = expected.batch as Record<string, string[]> & {
  scale: number;
};

const cases = ['bert', 'xlm-roberta', 'dense'].flatMap((name) =>
  Object.entries(expected[name].loss as Record<string, number>).map(([pooling, loss]) => ({
    name,
    pooling,
    loss,
  })),
);
for (const { name, pooling, loss } of cases)
  test(`${name} with ${pooling}: loss and gradients are PyTorch's`, async (t) => {
    const model = await readModel(join(golden, name));
    const config = { ...model.config, pooling: pooling.toUpperCase() as ModelConfig['pooling'] };
    const tokenizer = await openTokenizer(model.tokenizerPath);
    const tokens = {
      queries: await tokenizer.encode(anchors, config.maxLength, true),
      passages: await tokenizer.encode([...positives, ...negatives], config.maxLength, true),
    };
    const limits = { rows: 4, candidates: 8, tokens: 12 * 16, batches: 1 };
    const options: LearnerOptions = {
      objective: {
        ...{ temperature: 1 / scale, symmetric: false, matryoshka: [], contrastive: 1, distillation: null },
        normalize: config.normalize,
      },
      ...{ teacher: null, ...computeWith(1), miniBatch: null, frozen: { embeddings: false, layers: 0 } },
    };
    const learner = await learnBert(config, model.tensors, tokens, limits, options);
    t.after(learner.close);
    const numbers = (n: number) => Int32Array.from({ length: n }, (_, i) => i);
    const measured = await learner.measure([
      { anchors: numbers(4), candidates: numbers(8), masked: [], maskedBack: [], units: numbers(4) },
    ]);
    assert.ok(Math.abs(measured.loss - loss) < 1e-5 * loss, `${measured.loss} against ${loss}`);

    // Gradient descent: no memory, and an epsilon beside which the root of the second moment is nothing. Its step is
    // 64 gradients, so that the single precision of the weights does not round it.
    const descent = {
      scale: 1,
      beta1: 0,
      beta2: 0,
      epsilon: 1e8,
      learningRate: 64e8,
      weightDecay: 0,
      step: 1,
    };
    learner.update(descent);
    const gradients = await openSafetensors(join(golden, 'gradients', `${name}-${pooling}.safetensors`));
    t.after(gradients.close);
    assert.deepEqual([...gradients.entries.keys()].sort(), [...learner.weights().keys()].sort());
    for (const [tensor, { data }] of learner.weights()) {
      const wanted = await gradients.read(tensor);
      const before = model.tensors.get(tensor)!.data;
      const error = Math.hypot(...wanted.map((g, i) => (before[i] - data[i]) / 64 - g));
      const size = Math.hypot(...wanted);
      // The key's bias cancels in the softmax: its gradient is 0 but for rounding.
      const bound = tensor.endsWith('key.bias') ? 1e-4 * measured.gradientNorm : 1e-4 * size;
      assert.ok(error < bound, `${tensor}: off by ${error} of ${size}`);
    }
  });
