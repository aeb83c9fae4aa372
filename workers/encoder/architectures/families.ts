/**
 * The transformer architectures of Hugging Face that the graph of `bert.ts` computes. They differ in names and in how
 * positions are counted; a family is a line here. docs/models.md says what a new one takes.
 */
import type { Family } from '../model.ts';

export interface FamilyTraits {
  /** Class of the encoder alone, as `architectures` in config.json has it. */
  className: string;
  /** What a model with a head, such as BertForMaskedLM, puts before the names of the encoder's tensors. */
  prefix: string;
  /** Whether positions are counted on from behind the padding token's id (transformers' RobertaEmbeddings). */
  countsFromPadding: boolean;
}

export const families: Record<Family, FamilyTraits> = {
  bert: { className: 'BertModel', prefix: 'bert.', countsFromPadding: false },
  roberta: { className: 'RobertaModel', prefix: 'roberta.', countsFromPadding: true },
  'xlm-roberta': { className: 'XLMRobertaModel', prefix: 'roberta.', countsFromPadding: true },
};
