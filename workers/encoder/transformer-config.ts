import { join } from 'node:path';
import { z } from 'zod';
import { badInput } from '#src/errors.ts';
import { families } from './architectures/families.ts';
import { readJson, readOptionalJson } from './json-file.ts';
import type { BertConfig, Family } from './model.ts';
import type { TokenizerJson } from './tokenizer-json.ts';

const familyNames = Object.keys(families) as Family[];

/** config.json of transformers, as far as it decides what is computed. */
const transformerJson = z.looseObject({
  model_type: z.enum(
    familyNames,
    `is none of the architectures that Isogloss knows: ${familyNames.join(', ')}`,
  ),
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
  pad_token_id: z.int().min(0).nullish(),
});

export async function readTransformerConfig(dir: string): Promise<BertConfig> {
  const json = await readJson(join(dir, 'config.json'), transformerJson);
  if (json.hidden_size % json.num_attention_heads !== 0) {
    throw badInput(
      'config.json.num_attention_heads',
      `config.json: hidden_size ${json.hidden_size} is no multiple of num_attention_heads ${json.num_attention_heads}`,
    );
  }
  // transformers' RobertaConfig has 1 where the file says nothing.
  const positionOffset = families[json.model_type].countsFromPadding ? (json.pad_token_id ?? 1) + 1 : 0;
  if (positionOffset >= json.max_position_embeddings) {
    throw badInput(
      'config.json.max_position_embeddings',
      `config.json: max_position_embeddings ${json.max_position_embeddings} leaves no position behind pad_token_id ${positionOffset - 1}`,
    );
  }
  return {
    architecture: 'BERT',
    family: json.model_type,
    vocabSize: json.vocab_size,
    layers: json.num_hidden_layers,
    hidden: json.hidden_size,
    heads: json.num_attention_heads,
    ffn: json.intermediate_size,
    positions: json.max_position_embeddings,
    positionOffset,
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
export async function readMaxLength(
  dir: string,
  { positions, positionOffset }: Pick<BertConfig, 'positions' | 'positionOffset'>,
): Promise<number> {
  const own = await readOptionalJson(join(dir, 'sentence_bert_config.json'), sentenceBertJson);
  const tokenizer = await readOptionalJson(join(dir, 'tokenizer_config.json'), tokenizerConfigJson);
  const room = positions - positionOffset;
  return Math.min(own.max_seq_length ?? tokenizer.model_max_length ?? room, room);
}

/** The content of config.json. */
export const transformerFile = (encoder: BertConfig, tokenizer: TokenizerJson) => ({
  architectures: [families[encoder.family].className],
  model_type: encoder.family,
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
  pad_token_id: families[encoder.family].countsFromPadding
    ? encoder.positionOffset - 1
    : (tokenizer.idOf(tokenizer.special.pad_token ?? '') ?? 0),
  torch_dtype: 'float32',
});
