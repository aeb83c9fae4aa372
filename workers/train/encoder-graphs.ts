/**
 * The graphs by which a transformer learns. Their inputs are the weights, their outputs loss, vectors and gradients;
 * the table of the vocabulary is given as the rows that occur, and both tables get their gradients from that of the
 * sum of a token's embeddings, `d embedded`.
 */
import { bert, bertParameters } from '../encoder/architectures/bert.ts';
import type { Parameter } from '../encoder/architectures/parameter.ts';
import { denseParameters, sentenceVectors } from '../encoder/architectures/pooling.ts';
import { type RaggedInputs, raggedInputs } from '../encoder/architectures/ragged.ts';
import type { BertConfig, ModelConfig } from '../encoder/model.ts';
import { gradients } from '../graph/gradients.ts';
import { buildGraph, type Graph, type GraphBuilder, type Value } from '../graph/ir.ts';
import { lossOf, type Objective } from './loss.ts';

export const tables = {
  vocabulary: 'embeddings.word_embeddings.weight',
  positions: 'embeddings.position_embeddings.weight',
};
export const isTable = (name: string) => Object.values(tables).includes(name);

export const parametersOf = ({ encoder, dense }: ModelConfig): Parameter[] => [
  ...bertParameters(encoder as BertConfig),
  ...dense.flatMap(denseParameters),
];

export const gradientOf = (name: string) => `d ${name}`;
/** The input that a gradient is added to. */
export const sumOf = (name: string) => `sum ${name}`;
/** What the tables' gradients come from. */
export const embeddedName = 'embedded';

/** Which gradients are wanted: parameters by name, and `embedded`; whether they are added to what is there. */
export interface Wanted {
  names: readonly string[];
  accumulates: boolean;
}

interface Encoding {
  g: GraphBuilder;
  ragged: RaggedInputs;
  /** Weights by name, and `embedded`. */
  values: Map<string, Value>;
  /** [sequences, dimension] in the layout's order. */
  pooled: Value;
}

function encoding(config: ModelConfig, buckets: number): Encoding {
  const encoder = config.encoder as BertConfig;
  const g = buildGraph();
  const ragged = raggedInputs(g, encoder.heads, buckets);
  const weights = new Map(
    parametersOf(config).map(({ name, shape }) => [
      name,
      g.input(name, 'float32', name === tables.vocabulary ? ['rows of the table', encoder.hidden] : shape),
    ]),
  );
  const weight = (name: string) => weights.get(name)!;
  const { embedded, hidden } = bert(g, encoder, weight, ragged);
  const pooled = sentenceVectors(g, config, weight, hidden, ragged);
  return { g, ragged, values: weights.set(embeddedName, embedded), pooled };
}

function backwards({ g, values }: Encoding, output: Value, seed: Value, { names, accumulates }: Wanted) {
  const wanted = names.map((name) => values.get(name)!);
  const found = gradients(g, [[output, seed]], wanted);
  return Object.fromEntries(
    names.map((name, i) => {
      const d = found[i];
      // Tokens are those of one part: their gradient is added up by token outside.
      if (!accumulates || name === embeddedName) return [gradientOf(name), d];
      return [gradientOf(name), g.op('Add', [g.input(sumOf(name), 'float32', wanted[i].shape), d])];
    }),
  );
}

/** Forward, loss and backward of a whole batch. */
export function stepGraph(config: ModelConfig, buckets: number, objective: Objective, wanted: Wanted): Graph {
  const made = encoding(config, buckets);
  const { g, pooled } = made;
  const anchors = g.op('Gather', [pooled, g.input('anchors', 'int32', ['rows'])]);
  const candidates = g.op('Gather', [pooled, g.input('candidates', 'int32', ['candidates'])]);
  const loss = lossOf(g, anchors, candidates, objective);
  return g.finish({ loss, ...backwards(made, loss, g.constant(1, [1, 1]), wanted) });
}

/** The vectors of some sequences, `pooled`. */
export function forwardGraph(config: ModelConfig, buckets: number): Graph {
  const { g, pooled } = encoding(config, buckets);
  return g.finish({ pooled });
}

/** Forward and backward of some sequences whose vectors have the gradient `dPooled`. */
export function backwardGraph(config: ModelConfig, buckets: number, wanted: Wanted): Graph {
  const made = encoding(config, buckets);
  const { g, pooled } = made;
  return g.finish(backwards(made, pooled, g.input('dPooled', 'float32', pooled.shape), wanted));
}
