import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { AutoTokenizer } from '@huggingface/transformers';
import { modelMeta, openModel, readModel, writeModel } from '#workers/encoder/folder.ts';
import type { Model } from '#workers/encoder/model.ts';
import { writeSafetensors } from '#workers/encoder/safetensors.ts';
import {
  bertConfig,
  makeModel,
  messageOf,
  robertaConfig,
  staticConfig,
  temporary,
  wordPiece,
  writeTokenizer,
} from './tiny.ts';

const configs = {
  STATIC: staticConfig(),
  'STATIC without norm': { ...staticConfig(), normalize: false, prompts: { query: 'q: ' } },
  BERT: bertConfig(),
  'XLM-RoBERTa with Dense': robertaConfig(),
  'BERT with mean and norm': { ...bertConfig(), pooling: 'MEAN' as const, normalize: true, prompts: {} },
};

async function files(dir: string): Promise<Record<string, string>> {
  const names = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((f) => f.isFile());
  const pairs = names.map(async (f) => {
    const path = join(f.parentPath, f.name);
    return [path.slice(dir.length + 1), await readFile(path, 'latin1')];
  });
  return Object.fromEntries(await Promise.all(pairs));
}

for (const [name, config] of Object.entries(configs)) {
  test(`a ${name} model comes back as it was written, and is written in the same bytes`, async (t) => {
    const dir = await temporary(t);
    const model = makeModel(config, await writeTokenizer(dir, wordPiece));
    await writeModel(join(dir, 'a'), model);
    const again = await readModel(join(dir, 'a'));
    assert.deepEqual(again.config, config);
    assert.deepEqual(again.tensors, model.tensors);
    await writeModel(join(dir, 'b'), again);
    const written = await files(join(dir, 'a'));
    assert.deepEqual(written, await files(join(dir, 'b')));
    assert.equal(written['tokenizer.json'], Buffer.from(JSON.stringify(wordPiece)).toString('latin1'));
  });
}

test('the files of a BERT folder are the ones sentence-transformers looks for', async (t) => {
  const dir = await temporary(t);
  await writeModel(
    join(dir, 'm'),
    makeModel(configs['BERT with mean and norm'], await writeTokenizer(dir, wordPiece)),
  );
  assert.deepEqual(Object.keys(await files(join(dir, 'm'))).sort(), [
    '1_Pooling/config.json',
    '2_Normalize/config.json',
    'config.json',
    'config_sentence_transformers.json',
    'model.safetensors',
    'modules.json',
    'sentence_bert_config.json',
    'special_tokens_map.json',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  const json = async (path: string) => JSON.parse(await readFile(join(dir, 'm', path), 'utf8'));
  assert.deepEqual(await json('special_tokens_map.json'), {
    ...{ cls_token: '[CLS]', sep_token: '[SEP]', pad_token: '[PAD]', unk_token: '[UNK]' },
  });
  assert.equal((await json('tokenizer_config.json')).model_max_length, 9);
  assert.equal((await json('config.json')).num_hidden_layers, 2);
});

test("transformers.js finds the folder's tokenizer, with its special tokens", async (t) => {
  const dir = await temporary(t);
  await writeModel(join(dir, 'm'), makeModel(bertConfig(), await writeTokenizer(dir, wordPiece)));
  const tokenizer = await AutoTokenizer.from_pretrained(join(dir, 'm'), { local_files_only: true });
  assert.equal(tokenizer.pad_token, '[PAD]');
  assert.equal(tokenizer.model_max_length, 9);
  const { input_ids, attention_mask } = await tokenizer(['the salty sea 바다는', '소금'], { padding: true });
  assert.deepEqual(input_ids.tolist(), [
    [2n, 5n, 6n, 8n, 4n, 9n, 12n, 3n],
    [2n, 10n, 3n, 0n, 0n, 0n, 0n, 0n],
  ]);
  assert.deepEqual(attention_mask.tolist()[1], [1n, 1n, 1n, 0n, 0n, 0n, 0n, 0n]);
});

test('what a run reports of a model', () => {
  // 16x8 words, 10x8 positions, 2x8 types, norm 16; a layer: 4 x (64 + 8), ffn 96 + 12 + 96 + 8, two norms 32.
  assert.deepEqual(modelMeta(bertConfig()), {
    architecture: 'BERT',
    family: 'bert',
    parameters: 128 + 80 + 16 + 16 + 2 * (4 * 72 + 212 + 32),
    ...{ dimension: 8, maxLength: 9, pooling: 'CLS', normalize: false },
    prompts: { query: 'query: ', passage: 'passage: ' },
  });
});

/** As sentence-transformers 6.2 saves it: new module names, one pooling key, the length with the tokenizer. */
async function rewriteAsVersion6(dir: string): Promise<void> {
  const put = (path: string, content: object) => writeFile(join(dir, path), JSON.stringify(content));
  await put('modules.json', [
    { idx: 0, name: '0', path: '', type: 'sentence_transformers.base.modules.transformer.Transformer' },
    {
      idx: 1,
      name: '1',
      path: '1_Pooling',
      type: 'sentence_transformers.sentence_transformer.modules.pooling.Pooling',
    },
  ]);
  await put('1_Pooling/config.json', { embedding_dimension: 8, pooling_mode: 'cls', include_prompt: true });
  await put('sentence_bert_config.json', { transformer_task: 'feature-extraction' });
  await put('tokenizer_config.json', { backend: 'tokenizers', model_max_length: 7 });
}

test('the layout of the current release reads the same', async (t) => {
  const dir = await temporary(t);
  await writeModel(join(dir, 'm'), makeModel(bertConfig(), await writeTokenizer(dir, wordPiece)));
  await rewriteAsVersion6(join(dir, 'm'));
  const { config, close } = await openModel(join(dir, 'm'));
  await close();
  assert.deepEqual(config, { ...bertConfig(), maxLength: 7 });
});

test("the encoder's files may lie in a folder of their own, and an unbounded tokenizer is bounded by positions", async (t) => {
  const dir = await temporary(t);
  await writeModel(join(dir, 'm'), makeModel(bertConfig(), await writeTokenizer(dir, wordPiece)));
  await rewriteAsVersion6(join(dir, 'm'));
  await mkdir(join(dir, 'm/0_Transformer'));
  for (const name of ['model.safetensors', 'config.json', 'tokenizer.json']) {
    await cp(join(dir, 'm', name), join(dir, 'm/0_Transformer', name));
    await rm(join(dir, 'm', name));
  }
  await writeFile(join(dir, 'm/0_Transformer/tokenizer_config.json'), '{"model_max_length": 1e30}');
  const modules = JSON.parse(await readFile(join(dir, 'm/modules.json'), 'utf8'));
  modules[0].path = '0_Transformer';
  await writeFile(join(dir, 'm/modules.json'), JSON.stringify(modules));
  assert.equal((await readModel(join(dir, 'm'))).config.maxLength, 10);
});

test('a pooler and position ids are passed over', async (t) => {
  const dir = await temporary(t);
  const model = makeModel(bertConfig(), await writeTokenizer(dir, wordPiece));
  await writeModel(join(dir, 'm'), model);
  await rm(join(dir, 'm/model.safetensors'));
  const shapes = new Map([...model.tensors].map(([name, { shape }]) => [name, shape]));
  shapes.set('pooler.dense.weight', [8, 8]).set('embeddings.position_ids', [1, 10]);
  const read = (name: string) =>
    model.tensors.get(name)?.data ?? new Float32Array(shapes.get(name)![0] * shapes.get(name)![1]);
  await writeSafetensors(join(dir, 'm/model.safetensors'), { shapes, read });
  assert.deepEqual((await readModel(join(dir, 'm'))).tensors, model.tensors);
});

test('a wrong or missing piece is named by file and key', async (t) => {
  const dir = await temporary(t);
  const tokenizerPath = await writeTokenizer(dir, wordPiece);
  const config = bertConfig();
  await writeModel(join(dir, 'good'), makeModel(config, tokenizerPath));
  type Break = (path: string) => Promise<unknown>;
  const edit =
    (file: string, change: (json: Record<string, unknown>) => unknown): Break =>
    async (path) => {
      const json = JSON.parse(await readFile(join(path, file), 'utf8'));
      await writeFile(join(path, file), JSON.stringify(change(json)));
    };
  const without =
    (model: Model, name: string): Break =>
    async (path) => {
      model.tensors.delete(name);
      await rm(join(path, 'model.safetensors'));
      const shapes = new Map([...model.tensors].map(([key, { shape }]) => [key, shape]));
      await writeSafetensors(join(path, 'model.safetensors'), {
        shapes,
        read: (key) => model.tensors.get(key)!.data,
      });
    };
  const cases: [Break, RegExp][] = [
    [(path) => rm(join(path, 'modules.json')), /modules.json is missing/],
    [(path) => rm(join(path, 'config.json')), /config.json is missing/],
    [(path) => rm(join(path, 'tokenizer.json')), /tokenizer.json is missing/],
    [(path) => rm(join(path, 'model.safetensors')), /model.safetensors is missing/],
    [(path) => rm(join(path, '1_Pooling/config.json')), /1_Pooling\/config.json is missing/],
    [(path) => writeFile(join(path, 'config.json'), '{'), /config.json is not JSON/],
    [(path) => writeFile(join(path, 'config.json'), ' '.repeat(1_000_001)), /config.json has 1000001 bytes/],
    [edit('config.json', (json) => ({ ...json, model_type: 'gpt2' })), /config.json: model_type/],
    [edit('config.json', (json) => ({ ...json, hidden_act: 'relu' })), /config.json: hidden_act/],
    [edit('config.json', (json) => ({ ...json, vocab_size: '16' })), /config.json: vocab_size/],
    [
      edit('config.json', (json) => ({ ...json, num_attention_heads: 3 })),
      /8 is no multiple of num_attention_heads 3/,
    ],
    [
      edit('config.json', (json) => ({ ...json, intermediate_size: 13 })),
      /tensor "encoder.layer.0.intermediate.dense.weight" is \[12,8\], the model's configuration says \[13,8\]/,
    ],
    [
      edit('config.json', (json) => ({ ...json, num_hidden_layers: 3 })),
      /tensor "encoder.layer.2.attention.self.query.weight" is missing/,
    ],
    [
      edit('config.json', (json) => ({ ...json, num_hidden_layers: 1 })),
      /tensor "encoder.layer.1.*" is not part of this architecture/,
    ],
    [
      without(makeModel(config, tokenizerPath), 'embeddings.LayerNorm.bias'),
      /tensor "embeddings.LayerNorm.bias" is missing/,
    ],
    [
      edit('1_Pooling/config.json', (json) => ({ ...json, pooling_mode_max_tokens: true })),
      /pooling is cls with max/,
    ],
    [edit('1_Pooling/config.json', (json) => ({ ...json, include_prompt: false })), /include_prompt/],
    [
      edit('sentence_bert_config.json', (json) => ({ ...json, do_lower_case: true })),
      /sentence_bert_config.json: do_lower_case/,
    ],
    [
      edit('config_sentence_transformers.json', (json) => ({ ...json, default_prompt_name: 'query' })),
      /default_prompt_name/,
    ],
    [
      edit('modules.json', () => [
        { type: 'x.Transformer', path: '' },
        { type: 'x.Dense', path: '1_Dense' },
      ]),
      /modules are Transformer, Dense/,
    ],
    [edit('modules.json', () => [{ type: 'x.StaticEmbedding', path: '../other' }]), /modules.json: 0.path/],
    [
      edit('tokenizer.json', (json) => ({
        ...json,
        added_tokens: [{ id: 16, content: 'x', normalized: false }],
      })),
      /ids up to 16, model.safetensors has 16 rows/,
    ],
  ];
  for (const [i, [breakIt, expected]] of cases.entries()) {
    const path = join(dir, String(i));
    await cp(join(dir, 'good'), path, { recursive: true });
    await breakIt(path);
    const message = await messageOf(readModel(path));
    assert.match(message, /^UserError/, `case ${i}`);
    assert.match(message, expected, `case ${i}`);
    assert.ok(!message.includes(dir), 'no path of this machine in a message');
  }
});
