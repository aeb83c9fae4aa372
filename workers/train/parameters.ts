import type { Parameter } from '../encoder/architectures/parameter.ts';
import type { Tensor } from '../encoder/model.ts';
import { allocate } from '../graph/memory.ts';

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Every parameter with room for its weights, and for gradient and moments if it is trained. */
export function allocateParameters(parameters: readonly Parameter[], isTrained: (name: string) => boolean) {
  const blocks = allocate(
    parameters.map(({ name, shape }) => {
      const n = sizeOf(shape);
      const trained = isTrained(name) ? n : 0;
      return { floats: { weights: n, m: trained, v: trained, gradient: trained }, ints: {} };
    }),
  );
  return parameters.map((parameter, i) => ({
    ...parameter,
    ...blocks[i],
    trained: isTrained(parameter.name),
  }));
}

/** The Hugging Face tensors that parameters are stacked from, as views of their weights. */
export function huggingFaceViews(
  parameters: readonly Parameter[],
  weightsOf: (name: string) => Float32Array,
): Map<string, Tensor> {
  return new Map(
    parameters.flatMap(({ name, shape, tensors }) => {
      const weights = weightsOf(name);
      const length = weights.length / tensors.length;
      return tensors.map((part, i): [string, Tensor] => [
        part,
        {
          shape: [shape[0] / tensors.length, ...shape.slice(1)],
          data: weights.subarray(i * length, (i + 1) * length),
        },
      ]);
    }),
  );
}
