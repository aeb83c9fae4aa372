import type { MergeMethod, MethodParams, Stretch, TensorView } from '../method.ts';
import { type Boundary, boundaries, everything, isBefore, nothing } from '../select.ts';
import { deltasIn } from '../sparse.ts';

interface Survey {
  selected: Boundary;
  weights: number[];
}

/** Select where the models differ, calculate weights from what they change, erase what goes against the sum. */
export const sce: MergeMethod<MethodParams<'SCE'>, Survey> = {
  survey(tensor, { selectTopk }) {
    const selected = selectTopk < 1 ? select(tensor, selectTopk) : everything;
    const squares = tensor.models.map(() => 0);
    for (const stretch of tensor.stretches())
      selectedDeltas(stretch, selected).forEach((deltas, i) => {
        for (let j = 0; j < deltas.length; j++) squares[i] += deltas[j] * deltas[j];
      });
    const means = squares.map((square) => square / Math.max(1, tensor.size));
    const total = means.reduce((sum, mean) => sum + mean, 0);
    // As in mergekit: models that hardly differ from the base count alike.
    const weights = means.map((mean) => (total < 1e-6 ? 1 / means.length : mean / total));
    return { selected, weights };
  },
  merge(stretch, _tensor, _params, { selected, weights }, out) {
    const base = stretch.base!;
    const deltas = selectedDeltas(stretch, selected);
    for (let j = 0; j < out.length; j++) {
      let vote = 0;
      for (let i = 0; i < deltas.length; i++) vote += deltas[i][j];
      let [sum, divisor] = [0, 0];
      for (let i = 0; i < deltas.length; i++) {
        const x = deltas[i][j];
        if (vote >= 0 ? x > 0 : x < 0) {
          sum += weights[i] * x;
          divisor += weights[i];
        }
      }
      out[j] = base[j] + sum / Math.max(divisor, 1e-6);
    }
  },
};

function select(tensor: TensorView, share: number): Boundary {
  let differing = 0;
  for (const stretch of tensor.stretches())
    for (const variance of variances(allDeltas(stretch))) if (variance > 0) differing++;
  const count = Math.floor(differing * share);
  if (count === 0) return nothing;
  const magnitudes = function* () {
    for (const stretch of tensor.stretches())
      yield { start: stretch.start, series: [new Uint32Array(variances(allDeltas(stretch)).buffer)] };
  };
  return boundaries(magnitudes, tensor.size, [[count]])[0][0];
}

const allDeltas = (stretch: Stretch) => stretch.values.map((_, i) => deltasIn(stretch, i));

function selectedDeltas(stretch: Stretch, selected: Boundary): Float32Array[] {
  const deltas = allDeltas(stretch);
  if (selected.bits < 0) return deltas;
  const bits = new Uint32Array(variances(deltas).buffer);
  for (let j = 0; j < bits.length; j++)
    if (!isBefore(selected, bits[j], stretch.start + j)) for (const delta of deltas) delta[j] = 0;
  return deltas;
}

/** Over the models, of each position; in fp32, by which they are ordered. */
function variances(deltas: Float32Array[]): Float32Array<ArrayBuffer> {
  const out = new Float32Array(deltas[0].length);
  for (let j = 0; j < out.length; j++) {
    let sum = 0;
    for (let i = 0; i < deltas.length; i++) sum += deltas[i][j];
    const mean = sum / deltas.length;
    let squares = 0;
    for (let i = 0; i < deltas.length; i++) squares += (deltas[i][j] - mean) ** 2;
    out[j] = squares / deltas.length;
  }
  return out;
}
