import type { GraphBuilder, Value } from '../graph/ir.ts';

/**
 * InfoNCE (van den Oord et al. 2018) over cosines: sum_i w_i (logsumexp_j(l_ij) - l_i,label(i)) with
 * l_ij = cos(anchor_i, candidate_j) / temperature + mask_ij, as MultipleNegativesRankingLoss of sentence-transformers
 * has it with scale 1 / temperature and w_i = 1 / rows.
 *
 * @param anchors [rows, dimension], of any length; @param candidates [candidates, dimension]
 * @returns the loss, [1, 1]. It adds the inputs `mask` [rows, candidates] (0, or minus infinity for what is no
 *   negative), `labels` [rows, 1] and `rowWeights` [rows, 1].
 */
export function infoNce(g: GraphBuilder, anchors: Value, candidates: Value, temperature: number): Value {
  const rows = anchors.shape[0];
  const mask = g.input('mask', 'float32', [rows, candidates.shape[0]]);
  const labels = g.input('labels', 'int32', [rows, 1]);
  const rowWeights = g.input('rowWeights', 'float32', [rows, 1]);
  const cosines = g.op('FusedMatMul', [g.op('Normalize', [anchors]), g.op('Normalize', [candidates])], {
    transB: 1,
    alpha: 1 / temperature,
  });
  const logProbabilities = g.op('LogSoftmax', [g.op('Add', [cosines, mask])], { axis: -1 });
  const ofPositives = g.op('GatherElements', [logProbabilities, labels]);
  return g.op('FusedMatMul', [rowWeights, ofPositives], { transA: 1, alpha: -1 });
}
