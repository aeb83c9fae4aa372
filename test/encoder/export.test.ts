/** The ONNX form of a model, opened by ONNX Runtime and by transformers.js, gives what our own encoder gives. */
import assert from 'node:assert/strict';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { env, pipeline } from '@huggingface/transformers';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { openEncoder } from '#workers/encoder/encode.ts';
import { exportOnnx } from '#workers/encoder/export/main.ts';
import { quantizeRows, transpose, zeroPoint } from '#workers/encoder/export/quantize.ts';
import { readModel, writeModel } from '#workers/encoder/folder.ts';
import { openTokenizer } from '#workers/encoder/tokenizer.ts';
import { computeWith } from '../compute.ts';
import { makeModel, messageOf, staticConfig, temporary, wordPiece, writeTokenizer } from './tiny.ts';

const golden = join(import.meta.dirname, '../golden/encoder');
const texts = ['the salt sea is wide', 'sea', '바다는 넓다', 'gray sky the sea the deep salt sea', ''];

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, v, i) => sum + v * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
const rowsOf = (data: Float32Array, width: number) =>
  Array.from({ length: data.length / width }, (_, i) => data.subarray(i * width, (i + 1) * width));

/** The batch as those tools feed it: padded at the end. */
async function run(file: string, tokenizerPath: string, maxLength: number | null) {
  const { ids, offsets } = await (await openTokenizer(tokenizerPath)).encode(texts, maxLength, true);
  const length = Math.max(...texts.map((_, i) => offsets[i + 1] - offsets[i]));
  const padded = new BigInt64Array(texts.length * length).fill(1n);
  const mask = new BigInt64Array(texts.length * length);
  texts.forEach((_, i) => {
    for (let j = offsets[i]; j < offsets[i + 1]; j++) {
      padded[i * length + j - offsets[i]] = BigInt(ids[j]);
      mask[i * length + j - offsets[i]] = 1n;
    }
  });
  const session = await ort.InferenceSession.create(file);
  const feed = (data: BigInt64Array) => new ort.Tensor('int64', data, [texts.length, length]);
  const found = await session.run({ input_ids: feed(padded), attention_mask: feed(mask) });
  await session.release();
  return found.sentence_embedding.data as Float32Array;
}

for (const name of ['bert', 'xlm-roberta', 'dense'])
  test(`${name}: onnx in fp32 and int8`, async (t) => {
    const dir = join(await temporary(t), name);
    const model = await readModel(join(golden, name));
    await writeModel(dir, model);
    const encoder = await openEncoder(dir, computeWith(1));
    t.after(encoder.close);
    const ours = await encoder.encode(texts, 'text');
    await mkdir(join(dir, 'onnx'));
    const sizes: number[] = [];
    for (const [file, precision, least] of [
      ['model.onnx', 'FP32', 0.999999],
      ['model_quantized.onnx', 'INT8', 0.995],
    ] as const) {
      const path = join(dir, 'onnx', file);
      await exportOnnx(dir, path, precision);
      sizes.push((await stat(path)).size);
      const theirs = await run(path, model.tokenizerPath, model.config.maxLength);
      rowsOf(ours, encoder.dimension).forEach((vector, i) => {
        const found = cosine(vector, rowsOf(theirs, encoder.dimension)[i]);
        assert.ok(found > least, `${file}, text ${i}: cosine ${found}`);
      });
      if (precision === 'FP32') assert.ok(ours.every((x, i) => Math.abs(x - theirs[i]) < 1e-5));
    }
  });

test('transformers.js opens the folder by pipeline, in both precisions', async (t) => {
  const root = await temporary(t);
  Object.assign(env, { localModelPath: root, allowRemoteModels: false, allowLocalModels: true });
  for (const [name, pooling] of [
    ['bert', 'mean'],
    ['xlm-roberta', 'cls'],
  ] as const) {
    const dir = join(root, name);
    const model = await readModel(join(golden, name));
    await writeModel(dir, model);
    await mkdir(join(dir, 'onnx'));
    await exportOnnx(dir, join(dir, 'onnx/model.onnx'), 'FP32');
    await exportOnnx(dir, join(dir, 'onnx/model_quantized.onnx'), 'INT8');
    const encoder = await openEncoder(dir, computeWith(1));
    t.after(encoder.close);
    const ours = rowsOf(await encoder.encode(texts, 'text'), encoder.dimension);
    for (const [dtype, least] of [
      ['fp32', 0.9999],
      ['q8', 0.995],
    ] as const) {
      const extract = await pipeline('feature-extraction', name, { dtype });
      const output = await extract(texts, { pooling, normalize: model.config.normalize });
      const theirs = rowsOf(output.data as Float32Array, encoder.dimension);
      ours.forEach((vector, i) => {
        const found = cosine(vector, theirs[i]);
        assert.ok(found > least, `${name} ${dtype}, text ${i}: cosine ${found}`);
      });
      await extract.dispose();
    }
  }
});

test('a static model has no such form, and says so', async (t) => {
  const dir = await temporary(t);
  await writeModel(join(dir, 's'), makeModel(staticConfig(), await writeTokenizer(dir, wordPiece)));
  assert.match(
    await messageOf(exportOnnx(join(dir, 's'), join(dir, 'x.onnx'), 'FP32')),
    /^UserError: a static model/,
  );
});

test('quantised rows are off by at most half a step, and transposing twice changes nothing', () => {
  const value = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.array(value, { minLength: 5, maxLength: 5 }),
      (rows, row) => {
        const values = Float32Array.from(
          { length: rows * 5 },
          (_, i) => row[i % 5] * (1 + Math.floor(i / 5)),
        );
        const { data, scales } = quantizeRows(values, rows, 5);
        values.forEach((x, i) => {
          const scale = scales[Math.floor(i / 5)];
          assert.ok(Math.abs(scale * (data[i] - zeroPoint) - x) <= scale * 0.5001);
        });
        assert.deepEqual(transpose(transpose(values, rows, 5), 5, rows), values);
      },
    ),
    { examples: [[1, [0, 0, 0, 0, -(2 ** -126)]]] },
  );
});
