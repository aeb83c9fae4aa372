/** Between a model of a merge and the first one, which is the base where there is one. */
export interface Difference {
  /** ERROR: these models cannot be merged. WARNING: they can, and the message says which side the result takes. */
  severity: 'ERROR' | 'WARNING';
  /** `model 2`: its place among the models. */
  model: string;
  /** What differs: `pooling`, `tokenizer.json`, `tensor embedding.weight`. */
  what: string;
  message: string;
}
