import type { BertConfig, DenseConfig, ModelConfig, StaticConfig } from './model.ts';

/** Names and shapes of all tensors of a model: sentence-transformers' and BertModel's own. */
export const modelShapes = ({
  encoder,
  dense,
}: Pick<ModelConfig, 'encoder' | 'dense'>): Map<string, number[]> =>
  new Map([...encoderShapes(encoder), ...dense.flatMap(denseShapes)]);

export const denseShapes = ({ path, in: inputs, out, bias }: DenseConfig): [string, number[]][] => [
  [`${path}.linear.weight`, [out, inputs]],
  ...(bias ? [[`${path}.linear.bias`, [out]] as [string, number[]]] : []),
];

/** Those of the encoder alone. */
export function encoderShapes(config: StaticConfig | BertConfig): Map<string, number[]> {
  if (config.architecture === 'STATIC') {
    return new Map([['embedding.weight', [config.vocabSize, config.dimension]]]);
  }
  const { hidden, ffn } = config;
  const shapes: [string, number[]][] = [
    ['embeddings.word_embeddings.weight', [config.vocabSize, hidden]],
    ['embeddings.position_embeddings.weight', [config.positions, hidden]],
    ['embeddings.token_type_embeddings.weight', [config.typeVocabSize, hidden]],
    ...layerNorm('embeddings.LayerNorm', hidden),
  ];
  for (let layer = 0; layer < config.layers; layer++) {
    const name = `encoder.layer.${layer}`;
    shapes.push(
      ...linear(`${name}.attention.self.query`, hidden, hidden),
      ...linear(`${name}.attention.self.key`, hidden, hidden),
      ...linear(`${name}.attention.self.value`, hidden, hidden),
      ...linear(`${name}.attention.output.dense`, hidden, hidden),
      ...layerNorm(`${name}.attention.output.LayerNorm`, hidden),
      ...linear(`${name}.intermediate.dense`, ffn, hidden),
      ...linear(`${name}.output.dense`, hidden, ffn),
      ...layerNorm(`${name}.output.LayerNorm`, hidden),
    );
  }
  return new Map(shapes);
}

const linear = (name: string, out: number, inputs: number): [string, number[]][] => [
  [`${name}.weight`, [out, inputs]],
  [`${name}.bias`, [out]],
];
const layerNorm = (name: string, size: number): [string, number[]][] => [
  [`${name}.weight`, [size]],
  [`${name}.bias`, [size]],
];
