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

export interface BertConfig {
  architecture: 'BERT';
  vocabSize: number;
  layers: number;
  hidden: number;
  heads: number;
  ffn: number;
  /** Rows of the position table. */
  positions: number;
  typeVocabSize: number;
  layerNormEps: number;
}

export interface ModelConfig {
  encoder: StaticConfig | BertConfig;
  pooling: 'MEAN' | 'CLS';
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
 */
export interface Model {
  config: ModelConfig;
  tensors: Map<string, Tensor>;
  /** Path of tokenizer.json. */
  tokenizerPath: string;
}
