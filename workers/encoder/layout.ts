import { join } from 'node:path';
import { z } from 'zod';
import { badInput } from '#src/errors.ts';
import { readJson, readOptionalJson } from './json-file.ts';
import type { BertConfig, ModelConfig } from './model.ts';
import type { TokenizerJson } from './tokenizer-json.ts';

/**
 * The JSON files of sentence-transformers' folder layout. What we write opens in its releases 3 to 6, which is why
 * modules have their old names and pooling its old keys; what we read is either form.
 */
export interface Layout {
  /** Folder, below the model's, of weights, tokenizer and config.json; usually the model's own. */
  encoder: { kind: 'STATIC' | 'BERT'; path: string };
  pooling: ModelConfig['pooling'];
  normalize: boolean;
  prompts: ModelConfig['prompts'];
}

const modules = z
  .array(
    z.object({
      type: z.string(),
      path: z.string().regex(/^(?!\.)[\w.-]*$/, 'is not the name of a folder inside the model folder'),
    }),
  )
  .min(1);

const poolingKeys = {
  pooling_mode_cls_token: 'cls',
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_max_tokens: 'max',
  pooling_mode_mean_sqrt_len_tokens: 'mean_sqrt_len_tokens',
  pooling_mode_weightedmean_tokens: 'weightedmean',
  pooling_mode_lasttoken: 'lasttoken',
};
const poolingConfig = z.looseObject({
  pooling_mode: z.union([z.string(), z.array(z.string())]).optional(),
  include_prompt: z.literal(true, 'only pooling with the prompt included is supported').optional(),
});

const promptConfig = z.looseObject({
  prompts: z.record(z.string(), z.string()).default({}),
  default_prompt_name: z.string().nullish(),
});

const moduleKind = (type: string) => type.slice(type.lastIndexOf('.') + 1);

export async function readLayout(dir: string): Promise<Layout> {
  const list = await readJson(join(dir, 'modules.json'), modules);
  const kinds = list.map(({ type }) => moduleKind(type));
  const order = kinds.join(', ');
  if (!/^(StaticEmbedding|Transformer, Pooling)(, Normalize)?$/.test(order)) {
    throw badInput(
      'modules.json',
      `modules.json: the modules are ${order}; Isogloss knows StaticEmbedding, or Transformer and Pooling, each with or without Normalize`,
    );
  }
  const isStatic = kinds[0] === 'StaticEmbedding';
  return {
    encoder: { kind: isStatic ? 'STATIC' : 'BERT', path: list[0].path },
    pooling: isStatic ? 'MEAN' : await readPooling(dir, list[1].path),
    normalize: kinds.at(-1) === 'Normalize',
    prompts: await readPrompts(dir),
  };
}

async function readPooling(dir: string, path: string): Promise<ModelConfig['pooling']> {
  const name = join(path, 'config.json');
  const config = await readJson(join(dir, path, 'config.json'), poolingConfig, { name });
  const modes = config.pooling_mode
    ? [config.pooling_mode].flat()
    : Object.entries(poolingKeys).flatMap(([key, mode]) => (config[key] === true ? [mode] : []));
  if (modes.length === 1 && modes[0] === 'mean') return 'MEAN';
  if (modes.length === 1 && modes[0] === 'cls') return 'CLS';
  throw badInput(name, `${name}: pooling is ${modes.join(' with ') || 'none'}; Isogloss knows mean and cls`);
}

async function readPrompts(dir: string): Promise<ModelConfig['prompts']> {
  const name = 'config_sentence_transformers.json';
  const { prompts, default_prompt_name: standard } = await readOptionalJson(join(dir, name), promptConfig);
  if (standard && prompts[standard]) {
    throw badInput(
      `${name}.default_prompt_name`,
      `${name}: default_prompt_name puts the prompt "${standard}" before every text, which Isogloss does not; set it to null`,
    );
  }
  // The names sentence-transformers tries for documents, in its order.
  const passage = prompts.document ?? prompts.passage ?? prompts.corpus;
  return { ...(prompts.query && { query: prompts.query }), ...(passage && { passage }) };
}

const bertJson = z.looseObject({
  model_type: z.literal('bert', 'is not "bert", the one transformer architecture Isogloss knows'),
  hidden_act: z.literal('gelu', 'is not "gelu"'),
  position_embedding_type: z.literal('absolute', 'is not "absolute"').nullish(),
  is_decoder: z.literal(false, 'is true: an encoder is needed').nullish(),
  vocab_size: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  hidden_size: z.int().positive(),
  num_attention_heads: z.int().positive(),
  intermediate_size: z.int().positive(),
  max_position_embeddings: z.int().positive(),
  type_vocab_size: z.int().positive(),
  layer_norm_eps: z.number().positive(),
});

export async function readBertConfig(dir: string): Promise<BertConfig> {
  const json = await readJson(join(dir, 'config.json'), bertJson);
  if (json.hidden_size % json.num_attention_heads !== 0) {
    throw badInput(
      'config.json.num_attention_heads',
      `config.json: hidden_size ${json.hidden_size} is no multiple of num_attention_heads ${json.num_attention_heads}`,
    );
  }
  return {
    architecture: 'BERT',
    vocabSize: json.vocab_size,
    layers: json.num_hidden_layers,
    hidden: json.hidden_size,
    heads: json.num_attention_heads,
    ffn: json.intermediate_size,
    positions: json.max_position_embeddings,
    typeVocabSize: json.type_vocab_size,
    layerNormEps: json.layer_norm_eps,
  };
}

const sentenceBertJson = z.looseObject({
  max_seq_length: z.int().positive().nullish(),
  do_lower_case: z.literal(false, 'is true: put the lower-casing into tokenizer.json').nullish(),
});
// transformers writes 10^30 for "unbounded".
const tokenizerConfigJson = z.looseObject({ model_max_length: z.number().positive().nullish() });

/** As sentence-transformers decides it: its own setting, else the tokenizer's, and never beyond the positions. */
export async function readMaxLength(dir: string, positions: number): Promise<number> {
  const own = await readOptionalJson(join(dir, 'sentence_bert_config.json'), sentenceBertJson);
  const tokenizer = await readOptionalJson(join(dir, 'tokenizer_config.json'), tokenizerConfigJson);
  return Math.min(own.max_seq_length ?? tokenizer.model_max_length ?? positions, positions);
}

/** path -> content of every JSON file of a model folder but tokenizer.json. */
export function layoutFiles(config: ModelConfig, tokenizer: TokenizerJson): Record<string, unknown> {
  const { encoder, prompts } = config;
  const normalize = config.normalize ? ['Normalize'] : [];
  const kinds = [
    ...(encoder.architecture === 'STATIC' ? ['StaticEmbedding'] : ['Transformer', 'Pooling']),
    ...normalize,
  ];
  const path = (kind: string, index: number) => (index === 0 ? '' : `${index}_${kind}`);
  const files: Record<string, unknown> = {
    'modules.json': kinds.map((kind, idx) => ({
      idx,
      name: String(idx),
      path: path(kind, idx),
      type: `sentence_transformers.models.${kind}`,
    })),
    'config_sentence_transformers.json': {
      prompts: { query: prompts.query ?? '', document: prompts.passage ?? '' },
      default_prompt_name: null,
      similarity_fn_name: 'cosine',
    },
    'tokenizer_config.json': {
      tokenizer_class: 'PreTrainedTokenizerFast',
      ...(config.maxLength !== null && { model_max_length: config.maxLength }),
      clean_up_tokenization_spaces: false,
      ...tokenizer.special,
    },
    'special_tokens_map.json': tokenizer.special,
  };
  if (config.normalize) {
    files[`${path('Normalize', kinds.length - 1)}/config.json`] = {
      module_input_name: 'sentence_embedding',
      module_output_name: 'sentence_embedding',
    };
  }
  if (encoder.architecture === 'BERT') {
    files['config.json'] = bertFile(encoder, tokenizer);
    files['sentence_bert_config.json'] = { max_seq_length: config.maxLength, do_lower_case: false };
    files['1_Pooling/config.json'] = {
      word_embedding_dimension: encoder.hidden,
      pooling_mode_cls_token: config.pooling === 'CLS',
      pooling_mode_mean_tokens: config.pooling === 'MEAN',
      pooling_mode_max_tokens: false,
      pooling_mode_mean_sqrt_len_tokens: false,
      pooling_mode_weightedmean_tokens: false,
      pooling_mode_lasttoken: false,
      include_prompt: true,
    };
  }
  return files;
}

const bertFile = (encoder: BertConfig, tokenizer: TokenizerJson) => ({
  architectures: ['BertModel'],
  model_type: 'bert',
  vocab_size: encoder.vocabSize,
  hidden_size: encoder.hidden,
  num_hidden_layers: encoder.layers,
  num_attention_heads: encoder.heads,
  intermediate_size: encoder.ffn,
  hidden_act: 'gelu',
  max_position_embeddings: encoder.positions,
  type_vocab_size: encoder.typeVocabSize,
  layer_norm_eps: encoder.layerNormEps,
  position_embedding_type: 'absolute',
  // transformers' defaults, written since fine-tuning there would use them.
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
  initializer_range: 0.02,
  pad_token_id: tokenizer.idOf(tokenizer.special.pad_token ?? '') ?? 0,
  torch_dtype: 'float32',
});
