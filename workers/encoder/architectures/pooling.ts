import type { GraphBuilder, Value } from '../../graph/ir.ts';
import type { RaggedInputs } from './ragged.ts';

/** One vector for each sequence, in the layout's order: the mean of its tokens, or its first. */
export function pool(g: GraphBuilder, hidden: Value, ragged: RaggedInputs, pooling: 'MEAN' | 'CLS'): Value {
  if (pooling === 'CLS') return g.op('Gather', [hidden, ragged.first]);
  const { tokens, tokensBack, meanWeights } = ragged;
  const width = hidden.shape[1] as number;
  const padded = g.ops('ToBuckets', [hidden, tokensBack, ...tokens], { width, buckets: tokens.length });
  const means = padded.map((x, b) => g.op('Squeeze', [g.op('MatMul', [meanWeights[b], x])], { axis: 1 }));
  return means.length === 1 ? means[0] : g.op('Concat', means);
}
