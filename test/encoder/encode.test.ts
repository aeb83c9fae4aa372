import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { paddedLength } from '#workers/encoder/architectures/embed-bert.ts';
import { concatenate, layOut } from '#workers/encoder/architectures/ragged.ts';
import { openEncoder } from '#workers/encoder/encode.ts';
import { writeModel } from '#workers/encoder/folder.ts';
import type { ModelConfig } from '#workers/encoder/model.ts';
import { openTokenizer } from '#workers/encoder/tokenizer.ts';
import { computeWith } from '../compute.ts';
import { embed, unit } from '../train/oracle.ts';
import {
  bertConfig,
  makeModel,
  robertaConfig,
  staticConfig,
  temporary,
  wordPiece,
  writeTokenizer,
} from './tiny.ts';

const texts = [
  'sea',
  'the salt sea',
  '바다가 소금는',
  'salts, the sea!',
  '',
  'the',
  'sea sea sea sea sea sea sea sea sea',
];

const configs: Record<string, ModelConfig> = {
  STATIC: staticConfig(),
  'STATIC, not normalised, with prompts': {
    ...staticConfig(),
    ...{ normalize: false, prompts: { query: 'the ', passage: 'salt ' } },
  },
  'BERT with CLS': bertConfig(),
  'XLM-RoBERTa with max and Dense': robertaConfig(),
  'BERT with mean, normalised': { ...bertConfig(), pooling: 'MEAN', normalize: true, prompts: {} },
};

async function open(t: TestContext, config: ModelConfig) {
  const dir = await temporary(t);
  const model = makeModel(config, await writeTokenizer(dir, wordPiece));
  await writeModel(join(dir, 'model'), model);
  const encoder = await openEncoder(join(dir, 'model'), computeWith(2));
  t.after(() => encoder.close());
  return { model, encoder };
}

for (const [name, config] of Object.entries(configs)) {
  test(`${name}: vectors are those of the plain implementation`, async (t) => {
    const { model, encoder } = await open(t, config);
    const tokenizer = await openTokenizer(model.tokenizerPath);
    for (const as of ['query', 'passage', 'text'] as const) {
      const prompt = as === 'text' ? '' : (config.prompts[as] ?? '');
      const isBert = config.encoder.architecture === 'BERT';
      const { ids, offsets } = await tokenizer.encode(
        texts.map((text) => prompt + text),
        config.maxLength,
        isBert,
      );
      const vectors = await encoder.encode(texts, as);
      assert.equal(vectors.length, texts.length * encoder.dimension);
      texts.forEach((text, i) => {
        const tokens = [...ids.subarray(offsets[i], offsets[i + 1])];
        const plain = tokens.length ? embed(config, model.tensors, tokens) : Array(encoder.dimension).fill(0);
        const expected = config.normalize && tokens.length ? unit(plain) : plain;
        expected.forEach((x, d) => {
          const got = vectors[i * encoder.dimension + d];
          assert.ok(Math.abs(got - x) < 1e-5, `"${text}" as ${as}, ${d}: ${got} against ${x}`);
        });
      });
    }
  });

  test(`${name}: a vector does not depend on what else is in the call`, async (t) => {
    const { encoder } = await open(t, config);
    const together = await encoder.encode([...texts, ...texts.toReversed()], 'text');
    const width = encoder.dimension;
    for (const [i, text] of texts.entries()) {
      const alone = await encoder.encode([text], 'text');
      assert.deepEqual(together.subarray(i * width, (i + 1) * width), alone);
      const j = 2 * texts.length - 1 - i;
      assert.deepEqual(together.subarray(j * width, (j + 1) * width), alone);
    }
  });
}

test('a text without tokens has the zero vector in a static model', async (t) => {
  const { encoder } = await open(t, staticConfig());
  assert.deepEqual(await encoder.encode(['', ' '], 'text'), new Float32Array(8));
});

test('a static text longer than a block is summed in parts', async (t) => {
  const { encoder } = await open(t, staticConfig());
  const [short, long] = [['sea the'], ['sea the '.repeat(100_000)]];
  const [a, b] = [await encoder.encode(short, 'text'), await encoder.encode(long, 'text')];
  a.forEach((x, d) => {
    assert.ok(Math.abs(x - b[d]) < 1e-4, `${x} against ${b[d]}`);
  });
});

test('no text, no vector; an aborted call rejects with the reason', async (t) => {
  for (const config of [staticConfig(), bertConfig()]) {
    const { encoder } = await open(t, config);
    assert.equal((await encoder.encode([], 'query')).length, 0);
    const reason = new Error('stop');
    await assert.rejects(encoder.encode(texts, 'query', AbortSignal.abort(reason)), reason);
  }
});

test('the weights are what the encoder says it holds', async (t) => {
  const { encoder } = await open(t, staticConfig());
  assert.equal(encoder.bytes, 16 * 4 * 4);
});

test('a layout holds every sequence once, in buckets no longer than needed', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 5, maxLength: 40 });
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 5 }), (sizes, count) => {
      const layout = layOut(sizes, count);
      assert.deepEqual(
        [...layout.order].sort((a, b) => a - b),
        sizes.map((_, i) => i),
      );
      assert.equal(layout.buckets.length, count);
      let at = 0;
      for (const { from, to, length } of layout.buckets) {
        assert.equal(from, at);
        assert.equal(length, Math.max(...[...layout.order.subarray(from, to)].map((i) => sizes[i])));
        at = to;
      }
      assert.equal(at, sizes.length);
      const sequences = sizes.map((n, i) => new Int32Array(n).fill(i));
      const ids = concatenate(sequences, layout);
      assert.equal(
        ids.length,
        sizes.reduce((a, b) => a + b, 0),
      );
      layout.order.forEach((sequence, i) => {
        assert.ok(ids.subarray(layout.starts[i], layout.starts[i + 1]).every((id) => id === sequence));
      });
    }),
  );
});

test('more buckets never cost more padding', () => {
  const lengths = Array.from({ length: 50 }, (_, i) => 1 + ((i * 37) % 64));
  const slots = [1, 2, 3, 4, 6].map((count) =>
    layOut(lengths, count).buckets.reduce((sum, { from, to, length }) => sum + (to - from) * length, 0),
  );
  assert.deepEqual(
    slots,
    slots.toSorted((a, b) => b - a),
  );
  assert.equal(slots[0], 50 * Math.max(...lengths));
});

test('lengths are padded to the next multiple of an eighth', () => {
  assert.deepEqual(
    [1, 8, 9, 64, 65, 127, 129, 500, 512].map(paddedLength),
    [8, 8, 16, 64, 72, 128, 144, 512, 512],
  );
});
