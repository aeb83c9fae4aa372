import { type Tensor, tensor } from '../graph/session.ts';
import type { Batch, BatchLimits } from './learner.ts';

/** What InfoNCE wants beside the embeddings, in buffers that are laid out once. */
export function lossInputs(limits: BatchLimits) {
  const mask = new Float32Array(limits.rows * limits.candidates);
  const labels = Int32Array.from({ length: limits.rows }, (_, i) => i);
  const rowWeights = new Float32Array(limits.rows);
  return {
    async use(batch: Batch, run: (feeds: Record<string, Tensor>) => Promise<void>) {
      const rows = batch.anchors.length;
      const candidates = batch.candidates.length;
      const { masked } = batch;
      // The buffer is zero between steps, so that only what is masked has to be written.
      const write = (value: number) => {
        for (let i = 0; i < masked.length; i += 2) mask[masked[i] * candidates + masked[i + 1]] = value;
      };
      rowWeights.fill(1 / rows);
      write(Number.NEGATIVE_INFINITY);
      await run({
        mask: tensor(mask.subarray(0, rows * candidates), [rows, candidates]),
        labels: tensor(labels.subarray(0, rows), [rows, 1]),
        rowWeights: tensor(rowWeights.subarray(0, rows), [rows, 1]),
      });
      write(0);
    },
  };
}
