/**
 * The slow, obvious implementation in double precision: one text at a time, loops, no graph, no batching. Training and
 * encoding are compared with it, and its own gradients are central differences.
 */
import type { BertConfig, ModelConfig } from '#workers/encoder/model.ts';

type Vector = number[];
/** Tensors by Hugging Face name; a matrix is row-major. */
export type Weights = ReadonlyMap<string, { shape: number[]; data: Float64Array | Float32Array }>;

/** By its Taylor series, which is exact to 1e-12 for the arguments that a tiny model has. */
function erf(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 100; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function gelu(x: number): number {
  return (x * (1 + erf(x * Math.SQRT1_2))) / 2;
}

const dot = (a: Vector, b: Vector) => a.reduce((sum, x, i) => sum + x * b[i], 0);
const add = (a: Vector, b: Vector) => a.map((x, i) => x + b[i]);

function softmax(x: Vector): Vector {
  const top = Math.max(...x);
  const e = x.map((v) => Math.exp(v - top));
  const total = e.reduce((a, b) => a + b, 0);
  return e.map((v) => v / total);
}

const row = (weights: Weights, name: string, i: number): Vector => {
  const { shape, data } = weights.get(name)!;
  return Array.from(data.subarray(i * shape[1], (i + 1) * shape[1]));
};
const vector = (weights: Weights, name: string): Vector => Array.from(weights.get(name)!.data);

function dense(weights: Weights, name: string, x: Vector): Vector {
  const bias = vector(weights, `${name}.bias`);
  return bias.map((b, i) => b + dot(row(weights, `${name}.weight`, i), x));
}

function layerNorm(weights: Weights, name: string, x: Vector, epsilon: number): Vector {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length;
  const gain = vector(weights, `${name}.weight`);
  const bias = vector(weights, `${name}.bias`);
  return x.map((v, i) => ((v - mean) / Math.sqrt(variance + epsilon)) * gain[i] + bias[i]);
}

function bert(config: BertConfig, weights: Weights, ids: number[]): Vector[] {
  const { heads, hidden, layers, layerNormEps } = config;
  const width = hidden / heads;
  let states = ids.map((id, position) =>
    layerNorm(
      weights,
      'embeddings.LayerNorm',
      add(
        add(
          row(weights, 'embeddings.word_embeddings.weight', id),
          row(weights, 'embeddings.position_embeddings.weight', config.positionOffset + position),
        ),
        row(weights, 'embeddings.token_type_embeddings.weight', 0),
      ),
      layerNormEps,
    ),
  );
  for (let layer = 0; layer < layers; layer++) {
    const name = `encoder.layer.${layer}`;
    const [q, k, v] = ['query', 'key', 'value'].map((part) =>
      states.map((x) => dense(weights, `${name}.attention.self.${part}`, x)),
    );
    states = states.map((x, i) => {
      const context: Vector = [];
      for (let h = 0; h < heads; h++) {
        const part = (y: Vector) => y.slice(h * width, (h + 1) * width);
        const p = softmax(k.map((key) => dot(part(q[i]), part(key)) / Math.sqrt(width)));
        for (let d = 0; d < width; d++)
          context.push(
            dot(
              p,
              v.map((y) => part(y)[d]),
            ),
          );
      }
      const attended = dense(weights, `${name}.attention.output.dense`, context);
      const mid = layerNorm(weights, `${name}.attention.output.LayerNorm`, add(attended, x), layerNormEps);
      const wide = dense(weights, `${name}.intermediate.dense`, mid).map(gelu);
      return layerNorm(
        weights,
        `${name}.output.LayerNorm`,
        add(dense(weights, `${name}.output.dense`, wide), mid),
        layerNormEps,
      );
    });
  }
  return states;
}

/** The vector of a text before normalisation. */
export function embed(config: ModelConfig, weights: Weights, ids: number[]): Vector {
  return config.dense.reduce(
    (x, { path, bias, out, activation }) => {
      const product = Array.from({ length: out }, (_, i) => dot(row(weights, `${path}.linear.weight`, i), x));
      const sum = bias ? add(product, vector(weights, `${path}.linear.bias`)) : product;
      return sum.map(activations[activation]);
    },
    pool(config, weights, ids),
  );
}

const activations = {
  IDENTITY: (x: number) => x,
  TANH: Math.tanh,
  RELU: (x: number) => Math.max(0, x),
  GELU: gelu,
};

function pool({ encoder, pooling }: ModelConfig, weights: Weights, ids: number[]): Vector {
  const states =
    encoder.architecture === 'BERT'
      ? bert(encoder, weights, ids)
      : ids.map((id) => row(weights, 'embedding.weight', id));
  if (pooling === 'CLS') return states[0];
  if (pooling === 'MAX') return states.reduce((top, x) => top.map((v, i) => Math.max(v, x[i])));
  return states.reduce(add).map((x) => x / ids.length);
}

export const unit = (x: Vector): Vector => {
  const length = Math.sqrt(dot(x, x));
  return x.map((v) => v / length);
};

/** Mean over rows of -log softmax at the row's own candidate; `masked` are pairs (row, candidate), flat. */
export function infoNce(
  anchors: Vector[],
  candidates: Vector[],
  masked: number[],
  temperature: number,
): number {
  const isMasked = (i: number, j: number) =>
    masked.some((m, at) => at % 2 === 0 && m === i && masked[at + 1] === j);
  const losses = anchors.map((anchor, i) => {
    const logits = candidates.map((c, j) =>
      isMasked(i, j) ? Number.NEGATIVE_INFINITY : dot(unit(anchor), unit(c)) / temperature,
    );
    return -Math.log(softmax(logits)[i]);
  });
  return losses.reduce((a, b) => a + b, 0) / losses.length;
}

/** Central differences of a function of these weights, one tensor at a time. */
export function numericGradient(weights: Weights, f: (w: Weights) => number): Map<string, Float64Array> {
  const h = 1e-5;
  const copy = new Map(
    [...weights].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }]),
  );
  return new Map(
    [...copy].map(([name, { data }]) => [
      name,
      data.map((x, i) => {
        data[i] = x + h;
        const up = f(copy);
        data[i] = x - h;
        const down = f(copy);
        data[i] = x;
        return (up - down) / (2 * h);
      }),
    ]),
  );
}
