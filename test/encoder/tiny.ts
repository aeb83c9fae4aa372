import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { BertConfig, Model, ModelConfig } from '#workers/encoder/model.ts';
import { modelShapes } from '#workers/encoder/tensors.ts';

/** A folder that goes when the test ends. */
export async function temporary(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'isogloss-'));
  t.after(() => rm(dir, { recursive: true }));
  return dir;
}

const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
const tokenizerJson = (parts: object) => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: special.map((content, id) => ({
    ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  })),
  normalizer: null,
  pre_tokenizer: null,
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: Object.fromEntries(
      special.map((token, id) => [token, { id: token, ids: [id], tokens: [token] }]),
    ),
  },
  decoder: null,
  ...parts,
});

/** BERT's own kind of tokenizer: ids 4 to 15 are words and their continuations. */
export const wordPiece = tokenizerJson({
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: false,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(
      [...special, 'sea', 'the', 'salt', '##s', '##y', '바다', '소금', '##가', '##는', ',', '.', '!'].map(
        (token, id) => [token, id],
      ),
    ),
  },
});

/** XLM-RoBERTa's kind: NFKC, spaces collapsed, words marked by a metaspace, a mask that swallows space before it. */
export const unigram = (() => {
  const pieces = [
    '▁',
    '▁sea',
    '▁the',
    's',
    'e',
    'a',
    '▁바다',
    '가',
    '는',
    '▁소금',
    'salt',
    '1',
    '2',
    '¨',
    '̈',
    '!',
  ];
  const json = tokenizerJson({
    normalizer: {
      type: 'Sequence',
      normalizers: [{ type: 'NFKC' }, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }],
    },
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    model: {
      type: 'Unigram',
      unk_id: 1,
      byte_fallback: false,
      vocab: [...special, ...pieces].map((piece, id) => [piece, id < 4 ? 0 : -1 - id / 8]),
    },
  });
  json.added_tokens.push({
    ...{
      id: 20,
      content: '<mask>',
      single_word: false,
      lstrip: true,
      rstrip: false,
      normalized: false,
      special: true,
    },
  });
  return json;
})();

export async function writeTokenizer(dir: string, json: object): Promise<string> {
  const path = join(dir, 'tokenizer-in.json');
  await writeFile(path, JSON.stringify(json));
  return path;
}

export const staticConfig = (vocabSize = 16, dimension = 4): ModelConfig => ({
  encoder: { architecture: 'STATIC', vocabSize, dimension },
  ...{ pooling: 'MEAN', dense: [], normalize: true, maxLength: null, dimension, prompts: {} },
});

export const bertConfig = (): ModelConfig => ({
  encoder: {
    architecture: 'BERT',
    family: 'bert',
    positionOffset: 0,
    ...{ vocabSize: 16, layers: 2, hidden: 8, heads: 2, ffn: 12, positions: 10, typeVocabSize: 2 },
    layerNormEps: 1e-12,
  },
  ...{ pooling: 'CLS', dense: [], normalize: false, maxLength: 9, dimension: 8 },
  prompts: { query: 'query: ', passage: 'passage: ' },
});

/** The other family, with what BERT's own configuration has not: positions counted on, max pooling, Dense modules. */
export const robertaConfig = (): ModelConfig => {
  const { encoder, ...rest } = bertConfig();
  return {
    ...rest,
    encoder: {
      ...(encoder as BertConfig),
      ...{ family: 'xlm-roberta', positions: 14, positionOffset: 1, typeVocabSize: 1, layerNormEps: 1e-5 },
    },
    ...{ pooling: 'MAX', normalize: true, dimension: 3 },
    dense: [
      { path: '2_Dense', in: 8, out: 5, bias: true, activation: 'TANH' },
      { path: '3_Dense', in: 5, out: 3, bias: false, activation: 'IDENTITY' },
    ],
  };
};

/** A model whose i-th tensor is filled with `value(i, j)`. */
export function makeModel(
  config: ModelConfig,
  tokenizerPath: string,
  value = (i: number, j: number) => Math.sin(1 + i * 1000 + j),
): Model {
  const tensors = [...modelShapes(config)].map(([name, shape], i) => {
    const data = new Float32Array(shape.reduce((product, n) => product * n, 1));
    return [name, { shape, data: data.map((_, j) => value(i, j)) }] as const;
  });
  return { config, tensors: new Map(tensors), tokenizerPath };
}

/** What a promise that must fail says. */
export async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'it did not fail',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}
