import { denseActivations } from './layout.ts';
import type { ModelConfig } from './model.ts';
import type { TokenizerJson } from './tokenizer-json.ts';
import { transformerFile } from './transformer-config.ts';

/**
 * path -> content of every JSON file of a model folder but tokenizer.json. What we write opens in
 * sentence-transformers' releases 3 to 6, which is why modules have their old names and pooling its old keys.
 */
export function layoutFiles(config: ModelConfig, tokenizer: TokenizerJson): Record<string, unknown> {
  const { encoder, prompts } = config;
  const kinds = [
    ...(encoder.architecture === 'STATIC' ? ['StaticEmbedding'] : ['Transformer', 'Pooling']),
    ...config.dense.map(() => 'Dense'),
    ...(config.normalize ? ['Normalize'] : []),
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
  for (const dense of config.dense) {
    files[`${dense.path}/config.json`] = {
      in_features: dense.in,
      out_features: dense.out,
      bias: dense.bias,
      activation_function: denseActivations[dense.activation],
    };
  }
  if (config.normalize) {
    files[`${path('Normalize', kinds.length - 1)}/config.json`] = {
      module_input_name: 'sentence_embedding',
      module_output_name: 'sentence_embedding',
    };
  }
  if (encoder.architecture === 'BERT') {
    files['config.json'] = transformerFile(encoder, tokenizer);
    files['sentence_bert_config.json'] = { max_seq_length: config.maxLength, do_lower_case: false };
    files['1_Pooling/config.json'] = {
      word_embedding_dimension: encoder.hidden,
      pooling_mode_cls_token: config.pooling === 'CLS',
      pooling_mode_mean_tokens: config.pooling === 'MEAN',
      pooling_mode_max_tokens: config.pooling === 'MAX',
      pooling_mode_mean_sqrt_len_tokens: false,
      pooling_mode_weightedmean_tokens: false,
      pooling_mode_lasttoken: false,
      include_prompt: true,
    };
  }
  return files;
}
