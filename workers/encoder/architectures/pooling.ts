/**
 * From hidden states to the vector of each sequence: sentence-transformers' Pooling and Dense modules. All of it is
 * differentiable; the Normalize module is left to the caller, since a loss over cosines has its own.
 */
import type { GraphBuilder, Value } from '../../graph/ir.ts';
import type { DenseConfig, ModelConfig } from '../model.ts';
import type { Parameter } from './parameter.ts';
import type { RaggedInputs } from './ragged.ts';

/** Vectors [sequences, dimension], in the layout's order, not normalised. */
export function sentenceVectors(
  g: GraphBuilder,
  { pooling, dense }: Pick<ModelConfig, 'pooling' | 'dense'>,
  weight: (name: string) => Value,
  hidden: Value,
  ragged: RaggedInputs,
): Value {
  return applyDense(g, dense, weight, pool(g, hidden, ragged, pooling));
}

/** One vector for each sequence: the mean or the largest value of its tokens, or its first token. */
export function pool(
  g: GraphBuilder,
  hidden: Value,
  ragged: RaggedInputs,
  pooling: ModelConfig['pooling'],
): Value {
  if (pooling === 'CLS') return g.op('Gather', [hidden, ragged.first]);
  const { tokens, tokensBack, meanWeights } = ragged;
  const width = hidden.shape[1] as number;
  const padded = g.ops('ToBuckets', [hidden, tokensBack, ...tokens], { width, buckets: tokens.length });
  const reduced = padded.map((x, b) =>
    pooling === 'MEAN'
      ? g.op('MatMul', [meanWeights[b], x])
      : // Padding repeats the first token, which adds nothing to a maximum; of equals the first counts.
        g.op('GatherElements', [x, g.op('ArgMax', [x])]),
  );
  const vectors = reduced.map((x) => g.op('Squeeze', [x], { axis: 1 }));
  return vectors.length === 1 ? vectors[0] : g.op('Concat', vectors);
}

export const denseParameters = ({ path, in: inputs, out, bias }: DenseConfig): Parameter[] => {
  const named = (name: string, shape: number[], decays: boolean) => ({
    name,
    shape,
    tensors: [name],
    decays,
  });
  return [
    named(`${path}.linear.weight`, [out, inputs], true),
    ...(bias ? [named(`${path}.linear.bias`, [out], false)] : []),
  ];
};

const activations = { TANH: 'Tanh', RELU: 'Relu', GELU: 'Gelu' } as const;

/** The Dense modules one after another, on vectors [n, in of the first]. */
export const applyDense = (
  g: GraphBuilder,
  modules: readonly DenseConfig[],
  weight: (name: string) => Value,
  vectors: Value,
): Value =>
  modules.reduce((x, { path, bias, activation }) => {
    const product = g.op('FusedMatMul', [x, weight(`${path}.linear.weight`)], { transB: 1 });
    const sum = bias ? g.op('Add', [product, weight(`${path}.linear.bias`)]) : product;
    return activation === 'IDENTITY' ? sum : g.op(activations[activation], [sum]);
  }, vectors);
