/** Models of random weights, for what training, merging and encoding cost does not depend on them. */
import type { BertConfig, Model } from '#workers/encoder/model.ts';
import { initialBert } from '#workers/train/initial.ts';

export const bert = (layers: number, hidden: number, heads: number, vocabSize: number): BertConfig => ({
  ...{ architecture: 'BERT', family: 'bert', vocabSize, layers, hidden, heads, ffn: 4 * hidden },
  ...{ positions: 512, positionOffset: 0, typeVocabSize: 2, layerNormEps: 1e-12 },
});

export const randomModel = (
  encoder: BertConfig,
  tokenizerPath: string,
  { seed = 1, maxLength = encoder.positions } = {},
): Model => ({
  config: {
    ...{ encoder, dimension: encoder.hidden, maxLength },
    ...{ pooling: 'MEAN', dense: [], normalize: true, prompts: {} },
  },
  tensors: initialBert(encoder, seed),
  tokenizerPath,
});
