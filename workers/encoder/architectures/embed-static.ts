import { setImmediate } from 'node:timers/promises';
import { allocate } from '../../graph/memory.ts';
import type { Embedder } from '../encode.ts';
import type { StaticConfig, Tensor } from '../model.ts';

/** Tokens that are summed at a time, and parts of texts, at most so long. */
const blockTokens = 1 << 16;
const blockParts = 1 << 12;
const partTokens = 1 << 10;

/**
 * Mean of the token vectors (sentence-transformers' StaticEmbedding). Long texts are summed in parts: memory does not
 * depend on what comes, and single precision does not fail over 100,000 terms (it was 3e-4 off).
 */
export function embedStatic(
  { vocabSize, dimension }: StaticConfig,
  tensors: ReadonlyMap<string, Tensor>,
): Embedder {
  const [{ kernels, floats, ints }] = allocate([
    {
      floats: { table: vocabSize * dimension, sums: blockParts * dimension },
      ints: { ids: blockTokens, starts: blockParts + 1 },
    },
  ]);
  floats.table.set(tensors.get('embedding.weight')!.data);
  return {
    async embed({ ids, offsets }, signal) {
      const texts = offsets.length - 1;
      const vectors = new Float32Array(texts * dimension);
      for (let text = 0, from = 0; text < texts; ) {
        // Parts (text, length) as they fit into a block; `from` is where the first of them begins.
        const owners: number[] = [];
        const begin = from;
        ints.starts[0] = 0;
        while (text < texts && owners.length < blockParts && from - begin < blockTokens) {
          const to = Math.min(offsets[text + 1], begin + blockTokens, from + partTokens);
          owners.push(text);
          ints.starts[owners.length] = to - begin;
          from = to;
          if (to === offsets[text + 1]) text++;
        }
        ints.ids.set(ids.subarray(begin, from));
        kernels.sumRows(floats.table, ints.ids, ints.starts, owners.length, dimension, floats.sums);
        owners.forEach((owner, part) => {
          const length = offsets[owner + 1] - offsets[owner];
          for (let d = 0; d < dimension; d++)
            vectors[owner * dimension + d] += floats.sums[part * dimension + d] / (length || 1);
        });
        await setImmediate();
        signal?.throwIfAborted();
      }
      return vectors;
    },
    close: async () => {},
  };
}
