/** Folders as Python's libraries write them, and what those libraries compute with them (test/golden/encoder). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { embedBert } from '#workers/encoder/architectures/embed-bert.ts';
import { openEncoder } from '#workers/encoder/encode.ts';
import { openModel, readModel, writeModel } from '#workers/encoder/folder.ts';
import type { BertConfig, ModelConfig } from '#workers/encoder/model.ts';
import { openTokenizer } from '#workers/encoder/tokenizer.ts';
import { computeWith } from '../compute.ts';
import { messageOf, temporary } from './tiny.ts';

const golden = join(import.meta.dirname, '../golden/encoder');
const expected = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8'));
const { texts } = expected as { texts: string[] };
const folders = ['bert', 'xlm-roberta', 'dense', 'masked-lm', 'legacy', 'static', 'model2vec'];

function close(found: Float32Array, wanted: number[][], what: string) {
  wanted.flat().forEach((x, i) => {
    assert.ok(Math.abs(found[i] - x) < 1e-5, `${what}, number ${i}: ${found[i]} against ${x}`);
  });
}

for (const name of folders)
  test(`${name}: vectors are those of the library that wrote it`, async (t) => {
    const model = await readModel(join(golden, name));
    const { encoder, dimension } = model.config;
    const wanted = expected[name].vectors as Record<string, number[][]>;
    if (encoder.architecture === 'STATIC') {
      const opened = await openEncoder(join(golden, name), computeWith(1));
      t.after(opened.close);
      close(await opened.encode(texts, 'text'), wanted.mean, name);
      return;
    }
    const tokenizer = await openTokenizer(model.tokenizerPath);
    const sequences = await tokenizer.encode(texts, model.config.maxLength, true);
    for (const [pooling, vectors] of Object.entries(wanted)) {
      const config = { ...model.config, encoder, pooling: pooling.toUpperCase() as ModelConfig['pooling'] };
      const embedder = await embedBert(config, model.tensors, computeWith(1));
      t.after(embedder.close);
      const found = await embedder.embed(sequences);
      assert.equal(found.length, texts.length * dimension);
      close(found, vectors, `${name} with ${pooling}`);
    }
  });

test('what the folders say is understood', async () => {
  const configOf = async (name: string) => {
    const { config, close } = await openModel(join(golden, name));
    await close();
    return config;
  };
  const bert = await configOf('bert');
  assert.deepEqual(
    { ...bert, encoder: undefined },
    {
      ...{ encoder: undefined, pooling: 'MEAN', dense: [], normalize: true, maxLength: 16, dimension: 12 },
      prompts: {},
    },
  );
  const { pooling, normalize, prompts, encoder } = await configOf('xlm-roberta');
  const { family, positions, positionOffset } = encoder as BertConfig;
  assert.deepEqual([pooling, normalize], ['CLS', false]);
  assert.deepEqual(prompts, { query: 'sea: ', passage: 'sky: ' });
  assert.deepEqual([family, positions, positionOffset], ['xlm-roberta', 18, 2]);
  const { dense, dimension, ...rest } = await configOf('dense');
  assert.deepEqual(dense, [
    { path: '2_Dense', in: 12, out: 7, bias: true, activation: 'TANH' },
    { path: '3_Dense', in: 7, out: 5, bias: false, activation: 'IDENTITY' },
  ]);
  assert.deepEqual([dimension, rest.pooling, rest.normalize], [5, 'MAX', true]);
  // transformers' own folder says nothing of these; sentence-transformers would take the mean, not normalised.
  const plain = await configOf('masked-lm');
  assert.deepEqual([plain.pooling, plain.normalize, plain.maxLength], ['MEAN', false, 16]);
  assert.equal((await configOf('model2vec')).normalize, true);
});

test('what a plain folder does not say can be told, what a folder says cannot', async () => {
  const told = { pooling: 'CLS', normalize: true, prompts: { query: 'q ' } } as const;
  const { config } = await readModel(join(golden, 'legacy'), told);
  assert.deepEqual([config.pooling, config.normalize, config.prompts], ['CLS', true, { query: 'q ' }]);
  const of = (name: string, said: object) => messageOf(readModel(join(golden, name), said));
  assert.match(await of('bert', { pooling: 'CLS' }), /pooling: modules.json says mean; leave pooling out/);
  assert.match(await of('bert', { normalize: false }), /normalize: modules.json says true/);
  assert.match(await of('model2vec', { pooling: 'MAX' }), /a static model says mean/);
  assert.deepEqual((await readModel(join(golden, 'bert'), { prompts: { passage: 'p' } })).config.prompts, {
    passage: 'p',
  });
});

async function contents(dir: string) {
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((f) => f.isFile());
  const pairs = files.map(async (f) => [
    join(f.parentPath, f.name).slice(dir.length),
    await readFile(join(f.parentPath, f.name), 'latin1'),
  ]);
  return Object.fromEntries(await Promise.all(pairs));
}

for (const name of folders)
  test(`${name}: written by us and read again it is the same model, in the same bytes`, async (t) => {
    const dir = await temporary(t);
    const first = await readModel(join(golden, name));
    await writeModel(join(dir, 'a'), first);
    const again = await readModel(join(dir, 'a'));
    assert.deepEqual(again.config, first.config);
    assert.deepEqual(again.tensors, first.tensors);
    await writeModel(join(dir, 'b'), again);
    assert.deepEqual(await contents(join(dir, 'a')), await contents(join(dir, 'b')));
  });

/** A copy of a golden folder, changed. */
async function broken(t: TestContext, name: string, change: (dir: string) => Promise<unknown>) {
  const dir = join(await temporary(t), 'm');
  await cp(join(golden, name), dir, { recursive: true });
  await change(dir);
  return messageOf(readModel(dir));
}

test('pickled weights alone are refused, and so is a folder that is none', async (t) => {
  const pickle = (dir: string) => rename(join(dir, 'model.safetensors'), join(dir, 'pytorch_model.bin'));
  assert.match(await broken(t, 'legacy', pickle), /^UserError: the weights are in pytorch_model.bin alone/);
  const pickledDense = (dir: string) =>
    rename(join(dir, '2_Dense/model.safetensors'), join(dir, '2_Dense/pytorch_model.bin'));
  assert.match(await broken(t, 'dense', pickledDense), /the weights are in 2_Dense\/pytorch_model.bin alone/);
  assert.match(await broken(t, 'legacy', (dir) => rm(join(dir, 'config.json'))), /neither modules.json nor/);
});
