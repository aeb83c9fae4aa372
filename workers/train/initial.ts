/** Weights to start from when there is no model to go on from. */
import type { BertConfig, StaticConfig, Tensor } from '../encoder/model.ts';
import { encoderShapes } from '../encoder/tensors.ts';
import type { Ragged } from '../encoder/tokenizer.ts';
import type { Tokens } from './learner.ts';
import { hash, stream } from './random.ts';

/** The stream of weights, apart from those of the sampler. */
const purpose = 100;

/** Texts that a token occurs in. */
function documentFrequency(vocabSize: number, sides: readonly Ragged[]): Float64Array {
  const frequency = new Float64Array(vocabSize);
  const lastText = new Int32Array(vocabSize).fill(-1);
  let text = 0;
  for (const { ids, offsets } of sides) {
    for (let i = 0; i + 1 < offsets.length; i++, text++) {
      for (let t = offsets[i]; t < offsets[i + 1]; t++) {
        if (lastText[ids[t]] === text) continue;
        lastText[ids[t]] = text;
        frequency[ids[t]]++;
      }
    }
  }
  return frequency;
}

/**
 * N(0, 0.1 idf / mean idf). In a mean of token vectors a token's norm is its weight, so that it starts with the weight
 * that tf-idf would give it; from equal norms, frequent tokens drown the others for the first hundreds of steps.
 */
export function initialTable(
  { vocabSize, dimension }: StaticConfig,
  tokens: Tokens,
  seed: number,
): Float32Array {
  const frequency = documentFrequency(vocabSize, [tokens.queries, tokens.passages]);
  const texts = tokens.queries.offsets.length + tokens.passages.offsets.length - 2;
  const idf = frequency.map((df) => Math.log((1 + texts) / (1 + df)));
  const mean = idf.reduce((a, b) => a + b, 0) / vocabSize;
  const { normal } = stream(seed, purpose);
  const table = new Float32Array(vocabSize * dimension);
  for (let i = 0; i < table.length; i++)
    table[i] = (0.1 * normal() * idf[Math.floor(i / dimension)]) / (mean || 1);
  return table;
}

/** N(0, 0.02) for matrices and embeddings, 1 for gains, 0 for biases: BERT's own (Devlin et al. 2019). */
export function initialBert(config: BertConfig, seed: number): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of encoderShapes(config)) {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if (shape.length === 2) {
      // A stream for each tensor, so that a layer more does not change the others.
      const { normal } = stream(seed, purpose, hash(...Buffer.from(name)));
      for (let i = 0; i < data.length; i++) data[i] = 0.02 * normal();
    } else if (name.endsWith('.weight')) data.fill(1);
    tensors.set(name, { shape, data });
  }
  return tensors;
}
