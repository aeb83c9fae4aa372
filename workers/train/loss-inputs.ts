import { type Tensor, tensor } from '../graph/session.ts';
import type { Batch, BatchLimits, Teacher } from './learner.ts';

/** What `lossOf` wants beside the vectors, in buffers that are laid out once; memory that no loss reads costs nothing. */
export function lossInputs({ rows: most, candidates: mostCandidates }: BatchLimits, teacher: Teacher | null) {
  const mask = new Float32Array(most * mostCandidates);
  const maskBack = new Float32Array(most * most);
  const numbers = Int32Array.from({ length: most }, (_, i) => i);
  const rowWeights = new Float32Array(most);
  const targets = new Float32Array(teacher ? most * teacher.dimension : 0);
  /** The masks are zero between steps, so that only what is masked has to be written. */
  const write = (pairs: readonly number[], into: Float32Array, columns: number, value: number) => {
    for (let i = 0; i < pairs.length; i += 2) into[pairs[i] * columns + pairs[i + 1]] = value;
  };
  return {
    /** @param share what the batch counts: 1, or less when the gradients of several are added up */
    async use(batch: Batch, share: number, run: (feeds: Record<string, Tensor>) => Promise<void>) {
      const rows = batch.anchors.length;
      const candidates = batch.candidates.length;
      const { masked, maskedBack } = batch;
      rowWeights.fill(share / rows);
      if (teacher)
        batch.anchors.forEach((query, i) => {
          const { vectors, dimension } = teacher;
          targets.set(vectors.subarray(query * dimension, (query + 1) * dimension), i * dimension);
        });
      write(masked, mask, candidates, Number.NEGATIVE_INFINITY);
      write(maskedBack, maskBack, rows, Number.NEGATIVE_INFINITY);
      await run({
        mask: tensor(mask.subarray(0, rows * candidates), [rows, candidates]),
        maskBack: tensor(maskBack.subarray(0, rows * rows), [rows, rows]),
        labels: tensor(numbers.subarray(0, rows), [rows, 1]),
        rowNumbers: tensor(numbers.subarray(0, rows), [rows]),
        rowWeights: tensor(rowWeights.subarray(0, rows), [rows, 1]),
        ...(teacher && {
          teacher: tensor(targets.subarray(0, rows * teacher.dimension), [rows, teacher.dimension]),
        }),
      });
      write(masked, mask, candidates, 0);
      write(maskedBack, maskBack, rows, 0);
    },
  };
}
