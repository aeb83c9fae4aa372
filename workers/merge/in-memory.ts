import type { MergeParams } from '#src/recipes/merging.ts';
import type { Model, Tensor } from '../encoder/model.ts';
import type { Opened } from './open.ts';
import { inOrderOfNames, makePieces } from './pieces.ts';
import { measuresOf } from './tensor.ts';

/** Many merges follow each other, and threads that start take 0.3 s each time: a linear merge of so many values. */
const worthThreads = 2 ** 24;

/** The model that a run of this merge would write, to the bit, in memory. */
export async function mergeInMemory(
  { first, assign }: Opened,
  params: MergeParams,
  { threads, signal }: { threads: number; signal: AbortSignal },
): Promise<Model> {
  const assignment = assign(params);
  const pieces = makePieces(assignment, threads, worthThreads);
  const tensors = new Map<string, Tensor>();
  try {
    for (const i of inOrderOfNames(assignment.tensors.map(({ name }) => name))) {
      const { name, shape } = assignment.tensors[i];
      const data = new Float32Array(measuresOf(shape).size);
      let at = 0;
      for await (const piece of pieces.of(name)) {
        signal.throwIfAborted();
        data.set(piece, at);
        at += piece.length;
      }
      tensors.set(name, { shape, data });
    }
    return { config: first.config, tensors, tokenizerPath: first.tokenizerPath };
  } finally {
    await pieces.close();
  }
}
