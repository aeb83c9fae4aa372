/** A weight as the graph has it: one tensor of Hugging Face's, or several stacked along axis 0, so that they are views of it. */
export interface Parameter {
  /** Name of the graph's input. */
  name: string;
  shape: number[];
  /** Hugging Face names, in stacking order. */
  tensors: string[];
  /** An embedding table indexed by the ids of the batch; training feeds its rows that occur and trains them alone. */
  isVocabulary: boolean;
  /** Subject to weight decay: matrices that are multiplied, but no biases, gains and embeddings. */
  decays: boolean;
}
