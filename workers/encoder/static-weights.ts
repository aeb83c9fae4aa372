import { badInput } from '#src/errors.ts';
import type { StaticConfig } from './model.ts';
import { encoderShapes } from './tensors.ts';
import { type StoredTensors, takeTensors, type Weights } from './weights.ts';

/** The table of a static model, which has no config.json that says its size: the table is its configuration. */
export async function takeTable(weights: Weights): Promise<{ encoder: StaticConfig; source: StoredTensors }> {
  return weights.entries.has('embeddings') ? foldTable(weights) : plainTable(weights);
}

/** sentence-transformers' StaticEmbedding. */
function plainTable(weights: Weights) {
  const [vocabSize, dimension] = sizesOf(weights, 'embedding.weight');
  const encoder: StaticConfig = { architecture: 'STATIC', vocabSize, dimension };
  const source = takeTensors(
    weights,
    encoderShapes(encoder),
    (name) => name,
    () => false,
  );
  return { encoder, source };
}

/**
 * model2vec's: token t has row `mapping[t]` of `embeddings`, times `weights[t]`; either may be absent. They are folded
 * into one row for each token, as sentence-transformers does, in the single precision that it rounds to.
 */
async function foldTable(weights: Weights) {
  const [rows, dimension] = sizesOf(weights, 'embeddings');
  const lengthOf = (name: string) => weights.entries.get(name)?.shape;
  const vocabSize = lengthOf('mapping')?.[0] ?? rows;
  const encoder: StaticConfig = { architecture: 'STATIC', vocabSize, dimension };
  for (const [name, { file, shape }] of weights.entries) {
    const fail = (problem: string) => badInput(file, `${file}: tensor "${name}" ${problem}`);
    if (!['embeddings', 'mapping', 'weights'].includes(name)) throw fail('is not part of this architecture');
    if (name !== 'embeddings' && (shape.length !== 1 || shape[0] !== vocabSize))
      throw fail(`is [${shape}], not one number for each of ${vocabSize} tokens`);
  }
  async function read() {
    const table = await weights.read('embeddings');
    const mapping = lengthOf('mapping') && (await weights.readNumbers('mapping'));
    const scales = lengthOf('weights') && (await weights.readNumbers('weights'));
    if (!mapping && !scales) return table;
    const folded = new Float32Array(vocabSize * dimension);
    for (let token = 0; token < vocabSize; token++) {
      const row = mapping ? mapping[token] : token;
      if (!(Number.isInteger(row) && row >= 0 && row < rows)) {
        const { file } = weights.entries.get('mapping')!;
        throw badInput(
          file,
          `${file}: tensor "mapping" sends token ${token} to row ${row} of "embeddings", which has ${rows}`,
        );
      }
      const scale = scales ? scales[token] : 1;
      for (let d = 0; d < dimension; d++) folded[token * dimension + d] = table[row * dimension + d] * scale;
    }
    return folded;
  }
  const locate = () => {
    throw new Error('a table that is folded lies in no file');
  };
  return { encoder, source: { shapes: encoderShapes(encoder), read, locate } };
}

function sizesOf({ entries }: Weights, name: string): [number, number] {
  const [file = 'model.safetensors'] = [...entries.values()].map((entry) => entry.file);
  const shape = entries.get(name)?.shape;
  if (shape?.length === 2 && shape[0] > 0 && shape[1] > 0) return shape as [number, number];
  throw badInput(
    file,
    `${file}: tensor "${name}" is ${shape ? `[${shape}]` : 'missing'}, not [vocabulary, dimension]`,
  );
}
