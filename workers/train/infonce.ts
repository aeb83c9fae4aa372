import type { GraphBuilder, Value } from '../graph/ir.ts';

/** What InfoNCE is told of the rows, as inputs of the graph. */
export interface RowInputs {
  /** [rows, candidates]: 0, or minus infinity for what is no negative. */
  mask: Value;
  /** [rows, 1]: which candidate is the row's own. */
  labels: Value;
  /** [rows, 1]: what a row counts. */
  rowWeights: Value;
}

/**
 * InfoNCE (van den Oord et al. 2018) over cosines: weight x sum_i w_i (logsumexp_j(l_ij) - l_i,label(i)) with
 * l_ij = cos(anchor_i, candidate_j) / temperature + mask_ij, as MultipleNegativesRankingLoss of sentence-transformers
 * has it with scale 1 / temperature and w_i = 1 / rows.
 *
 * @param anchors [rows, dimension], of any length; @param candidates [candidates, dimension]
 * @returns the loss, [1, 1]
 */
export function infoNce(
  g: GraphBuilder,
  anchors: Value,
  candidates: Value,
  { mask, labels, rowWeights }: RowInputs,
  temperature: number,
  weight = 1,
): Value {
  const cosines = g.op('FusedMatMul', [g.op('Normalize', [anchors]), g.op('Normalize', [candidates])], {
    transB: 1,
    alpha: 1 / temperature,
  });
  const logProbabilities = g.op('LogSoftmax', [g.op('Add', [cosines, mask])], { axis: -1 });
  const ofPositives = g.op('GatherElements', [logProbabilities, labels]);
  return g.op('FusedMatMul', [rowWeights, ofPositives], { transA: 1, alpha: -weight });
}
