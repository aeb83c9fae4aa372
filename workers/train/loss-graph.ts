import { gradients } from '../graph/gradients.ts';
import { buildGraph, type Graph } from '../graph/ir.ts';
import { lossOf, type Objective } from './loss.ts';

/** The loss of vectors that were made elsewhere, and its gradient by them. */
export function lossGraph(dimension: number, objective: Objective): Graph {
  const g = buildGraph();
  const anchors = g.input('anchors', 'float32', ['rows', dimension]);
  const candidates = g.input('candidates', 'float32', ['candidates', dimension]);
  const loss = lossOf(g, anchors, candidates, objective);
  const [dAnchors, dCandidates] = gradients(g, [[loss, g.constant(1, [1, 1])]], [anchors, candidates]);
  return g.finish({ loss, dAnchors, dCandidates });
}
