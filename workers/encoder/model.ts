/**
 * A model as the rest of the laboratory sees it: a folder in sentence-transformers' layout read into memory.
 * Tensor names are Hugging Face's own, so that training, merging, encoding and export share one definition.
 */
export interface Tensor {
  shape: number[];
  /** Row-major fp32, whatever the file's dtype was. */
  data: Float32Array;
}

export interface StaticConfig {
  architecture: 'STATIC';
  vocabSize: number;
  dimension: number;
}

/** `model_type` of config.json: which of Hugging Face's classes the encoder is. The arithmetic is one. */
export type Family = 'bert' | 'roberta' | 'xlm-roberta';

export interface BertConfig {
  architecture: 'BERT';
  family: Family;
  vocabSize: number;
  layers: number;
  hidden: number;
  heads: number;
  ffn: number;
  /** Rows of the position table. */
  positions: number;
  /** Row of a sequence's first token: 0 for BERT; RoBERTa counts on from behind its padding id. */
  positionOffset: number;
  typeVocabSize: number;
  layerNormEps: number;
}

/** sentence-transformers' Dense module, after pooling. */
export interface DenseConfig {
  /** Its folder, which its tensors' names begin with: `2_Dense`, `3_Dense`, ... */
  path: string;
  in: number;
  out: number;
  bias: boolean;
  activation: 'IDENTITY' | 'TANH' | 'RELU' | 'GELU';
}

export interface ModelConfig {
  encoder: StaticConfig | BertConfig;
  pooling: 'MEAN' | 'CLS' | 'MAX';
  /** Of a static model none. */
  dense: DenseConfig[];
  /** L2-normalise the pooled vector. */
  normalize: boolean;
  /** Longest sequence in tokens, specials included; null: unbounded (static bags). */
  maxLength: number | null;
  /** Length of the vectors that come out. */
  dimension: number;
  /** Put before the text, e.g. e5's `query: ` and `passage: `. */
  prompts: { query?: string; passage?: string };
}

/**
 * STATIC: `embedding.weight` [vocab, dimension].
 * BERT: `embeddings.word_embeddings.weight`, ..., `encoder.layer.0.attention.self.query.weight` [out, in], ...
 * Dense modules: `2_Dense.linear.weight` [out, in], `2_Dense.linear.bias` [out], ...
 */
export interface Model {
  config: ModelConfig;
  tensors: Map<string, Tensor>;
  /** Path of tokenizer.json. */
  tokenizerPath: string;
}
