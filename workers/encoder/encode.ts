/** A model made ready to turn texts into vectors. */
import type { Compute } from '#src/device.ts';
import { embedBert } from './architectures/embed-bert.ts';
import { embedStatic } from './architectures/embed-static.ts';
import { readModel } from './folder.ts';
import type { Model } from './model.ts';
import { openTokenizer, type Ragged, type Tokenizer } from './tokenizer.ts';

/** What a text is to the model, which says the prompt before it; a plain text gets none. */
export type TextUse = 'query' | 'passage' | 'text';

export interface Encoder {
  /** Length of a vector. */
  dimension: number;
  /** Memory that the weights take. */
  bytes: number;
  /**
   * One vector for each text, [texts, dimension] row-major, of length 1 if the model says so. A text's vector depends
   * on that text alone, to the last bit on one machine: texts are padded to a length that follows from their own, and
   * what shares a matrix product with them does not change their rows. A text without a token (a static model has no
   * special ones) gives zeros.
   */
  encode(texts: string[], as: TextUse, signal?: AbortSignal): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Pooled vectors of token sequences, before normalisation. */
export interface Embedder {
  embed(sequences: Ragged, signal?: AbortSignal): Promise<Float32Array>;
  close(): Promise<void>;
}

/** @param dir a model folder; UserError when it is none. */
export async function openEncoder(dir: string, options: Compute): Promise<Encoder> {
  return encoderOf(await readModel(dir), options);
}

/**
 * Of a model in memory, such as one in training.
 * @param options.tokenizer the model's own, where it is open already
 */
export async function encoderOf(
  model: Model,
  options: Compute & { tokenizer?: Tokenizer },
): Promise<Encoder> {
  const { encoder, dimension, maxLength, prompts, normalize } = model.config;
  const isStatic = encoder.architecture === 'STATIC';
  const tokenizer = options.tokenizer ?? (await openTokenizer(model.tokenizerPath));
  const embedder = isStatic
    ? embedStatic(encoder, model.tensors)
    : await embedBert({ ...model.config, encoder }, model.tensors, options);
  return {
    dimension,
    bytes: [...model.tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0),
    async encode(texts, as, signal) {
      const prompt = as === 'text' ? '' : (prompts[as] ?? '');
      const prompted = prompt === '' ? texts : texts.map((text) => prompt + text);
      const sequences = await tokenizer.encode(prompted, maxLength, !isStatic);
      const vectors = await embedder.embed(sequences, signal);
      if (normalize) normalizeRows(vectors, dimension);
      return vectors;
    },
    close: embedder.close,
  };
}

function normalizeRows(vectors: Float32Array, dimension: number) {
  for (let from = 0; from < vectors.length; from += dimension) {
    let squares = 0;
    for (let i = from; i < from + dimension; i++) squares += vectors[i] * vectors[i];
    const length = Math.sqrt(squares) || 1;
    for (let i = from; i < from + dimension; i++) vectors[i] /= length;
  }
}
