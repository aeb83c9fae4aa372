import { z } from 'zod';
import { badInput } from '#src/errors.ts';
import { readJson } from './json-file.ts';

/** multilingual-e5's and bge-m3's files have 17 MB, the largest known vocabularies 40. */
const maxBytes = 100_000_000;
const maxTokens = 2_000_000;

const id = z.int().min(0).lt(maxTokens);
const component = z.looseObject({ type: z.string() });
export type Component = z.infer<typeof component>;

const namedId = z.tuple([z.string(), id]);
const templatePart = z.looseObject({ SpecialToken: z.object({ id: z.string() }).optional() });
const simpleProcessor = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('ByteLevel') }),
  z.looseObject({ type: z.literal('BertProcessing'), cls: namedId, sep: namedId }),
  z.looseObject({ type: z.literal('RobertaProcessing'), cls: namedId, sep: namedId }),
  z.looseObject({
    type: z.literal('TemplateProcessing'),
    single: z.array(templatePart),
    special_tokens: z.record(z.string(), z.object({ ids: z.array(id) })),
  }),
]);
const processor = z.union([
  simpleProcessor,
  z.object({ type: z.literal('Sequence'), processors: z.array(simpleProcessor) }),
]);

const flag = z.boolean().default(false);
const addedToken = z.object({
  ...{ id, content: z.string().min(1), normalized: z.boolean() },
  ...{ special: flag, single_word: flag, lstrip: flag, rstrip: flag },
});

const schema = z.object({
  version: z.literal('1.0'),
  truncation: z.looseObject({ max_length: z.int() }).nullish(),
  added_tokens: z.array(addedToken).default([]),
  normalizer: component.nullish(),
  pre_tokenizer: component.nullish(),
  post_processor: processor.nullish(),
  model: z.looseObject({
    type: z.enum(['BPE', 'Unigram', 'WordPiece', 'WordLevel']),
    /** With dropout one text would have many encodings. */
    dropout: z.union([z.null(), z.literal(0)]).optional(),
    unk_token: z.string().nullish(),
    unk_id: id.nullish(),
    vocab: z.unknown(),
  }),
});

/** What of a tokenizer.json the laboratory itself looks at; encoding is the tokenizer library's. */
export interface TokenizerJson {
  normalizer: Component | null;
  preTokenizer: Component | null;
  addedTokens: z.infer<typeof addedToken>[];
  /** Largest id + 1: the rows that an embedding table needs. */
  vocabSize: number;
  /** Ids around a single text when special tokens are asked for. */
  prefix: number[];
  suffix: number[];
  /** Special tokens under the names of Hugging Face's configuration files. */
  special: { cls_token?: string; sep_token?: string; pad_token?: string; unk_token?: string };
  idOf(token: string): number | undefined;
  /** The truncation that the file itself asks for, in tokens. */
  truncation: number | null;
}

/**
 * Read and check a tokenizer.json (Hugging Face tokenizers, version 1.0) before native code is given it: UserError
 * naming the key when it is too large, of an unknown kind, or its ids are no ids.
 */
export async function readTokenizerJson(path: string): Promise<TokenizerJson> {
  const json = await readJson(path, schema, { name: 'tokenizer.json', maxBytes });
  const ids = vocabulary(json.model);
  // As the library has it: what the vocabulary knows keeps the vocabulary's id.
  for (const { content, id } of json.added_tokens) if (!ids.has(content)) ids.set(content, id);
  if (ids.size === 0) throw fail('model.vocab', 'is empty');
  let vocabSize = 0;
  for (const id of ids.values()) vocabSize = Math.max(vocabSize, id + 1);

  const { prefix, suffix } = around(json.post_processor ?? null);
  if ([...prefix, ...suffix].some((id) => id >= vocabSize)) {
    throw fail('post_processor', 'uses an id that no token has');
  }
  const nameOf = new Map([...ids].map(([token, id]) => [id, token]));
  return {
    normalizer: json.normalizer ?? null,
    preTokenizer: json.pre_tokenizer ?? null,
    addedTokens: json.added_tokens,
    vocabSize,
    prefix,
    suffix,
    special: {
      cls_token: nameOf.get(prefix[0]),
      sep_token: nameOf.get(suffix[0]),
      pad_token: ['[PAD]', '<pad>'].find((token) => ids.has(token)),
      unk_token: json.model.unk_token ?? nameOf.get(json.model.unk_id ?? -1),
    },
    idOf: (token) => ids.get(token),
    truncation: json.truncation?.max_length ?? null,
  };
}

const fail = (key: string, message: string) =>
  badInput(`tokenizer.json.${key}`, `tokenizer.json: ${key} ${message}`);

/** token -> id: Unigram lists [token, score] in the order of the ids, the other models map. Checked by hand, since a
 * schema over 250,000 entries takes seconds. */
function vocabulary({ type, vocab }: z.infer<typeof schema>['model']): Map<string, number> {
  const ids = new Map<string, number>();
  if (type === 'Unigram') {
    if (!Array.isArray(vocab)) throw fail('model.vocab', 'is not a list of [token, score]');
    for (const [i, entry] of vocab.entries()) {
      if (!Array.isArray(entry) || typeof entry[0] !== 'string' || !Number.isFinite(entry[1])) {
        throw fail(`model.vocab.${i}`, 'is not [token, score]');
      }
      ids.set(entry[0], i);
    }
  } else {
    if (typeof vocab !== 'object' || vocab === null) throw fail('model.vocab', 'does not map tokens to ids');
    for (const [token, value] of Object.entries(vocab)) {
      if (!Number.isInteger(value) || value < 0 || value >= maxTokens) {
        throw fail('model.vocab', `gives ${JSON.stringify(token.slice(0, 100))} no id below ${maxTokens}`);
      }
      ids.set(token, value);
    }
  }
  if (ids.size > maxTokens) throw fail('model.vocab', `has ${ids.size} tokens, the limit is ${maxTokens}`);
  return ids;
}

/** The ids that a post-processor puts before and after a single text. */
function around(post: z.infer<typeof processor> | null): { prefix: number[]; suffix: number[] } {
  switch (post?.type) {
    case undefined:
    case 'ByteLevel':
      return { prefix: [], suffix: [] };
    case 'BertProcessing':
    case 'RobertaProcessing':
      return { prefix: [post.cls[1]], suffix: [post.sep[1]] };
    case 'TemplateProcessing': {
      const at = post.single.findIndex((part) => !part.SpecialToken);
      const idsOf = (parts: typeof post.single) =>
        parts.flatMap(({ SpecialToken }) => post.special_tokens[SpecialToken?.id ?? '']?.ids ?? []);
      return { prefix: idsOf(post.single.slice(0, at)), suffix: idsOf(post.single.slice(at + 1)) };
    }
    case 'Sequence': {
      const parts = post.processors.map(around);
      return { prefix: parts.flatMap((part) => part.prefix), suffix: parts.flatMap((part) => part.suffix) };
    }
  }
}
