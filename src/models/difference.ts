/** ERROR: these models cannot be merged. WARNING: they can, and the message says which side the result takes. */
export const severities = ['ERROR', 'WARNING'] as const;
export type Severity = (typeof severities)[number];

/** Between a model of a merge and the first one, which is the base where there is one. */
export interface Difference {
  severity: Severity;
  /** `model 2`: its place among the models; `the merge` where parameters do not fit a tensor. */
  model: string;
  /** What differs: `pooling`, `tokenizer.json`, `tensor embedding.weight`. */
  what: string;
  message: string;
}
