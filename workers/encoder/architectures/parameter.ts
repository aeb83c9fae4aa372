/** A weight as the graph has it: one tensor of Hugging Face's, or several stacked along axis 0, so that they are views of it. */
export interface Parameter {
  /** Name of the graph's input. */
  name: string;
  shape: number[];
  /** Hugging Face names, in stacking order. */
  tensors: string[];
  /** Subject to weight decay: matrices that are multiplied, but no biases, gains and embeddings. */
  decays: boolean;
}
