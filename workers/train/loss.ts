/** What a batch is charged, as a function of its vectors; the same for every architecture. */
import type { GraphBuilder, Value } from '../graph/ir.ts';
import { infoNce } from './infonce.ts';

export interface Objective {
  temperature: number;
  /** Half the loss of finding the positive for the anchor, half that of finding the anchor for the positive. */
  symmetric: boolean;
  /** Prefixes of the vector that must do the work of the whole (Kusupati et al. 2022), and what each counts. */
  matryoshka: readonly { dimension: number; weight: number }[];
  /** What InfoNCE counts; 0: distillation alone. */
  contrastive: number;
  distillation: { weight: number; dimension: number } | null;
  /** Whether the model's vectors have length 1: those are what a teacher is compared with. */
  normalize: boolean;
}

/**
 * @param anchors [rows, dimension], before normalisation; @param candidates [candidates, dimension], positives first
 * @returns the loss, [1, 1]; `lossInputs` feeds the inputs that it adds
 */
export function lossOf(g: GraphBuilder, anchors: Value, candidates: Value, objective: Objective): Value {
  const { distillation, contrastive } = objective;
  const rowWeights = g.input('rowWeights', 'float32', [anchors.shape[0], 1]);
  const needsPositives = distillation || objective.symmetric;
  const positives = needsPositives
    ? g.op('Gather', [candidates, g.input('rowNumbers', 'int32', [anchors.shape[0]])])
    : candidates;
  const parts = contrastive > 0 ? contrast(g, anchors, candidates, positives, rowWeights, objective) : [];
  if (distillation)
    parts.push(distil(g, [anchors, positives], rowWeights, distillation, objective.normalize));
  return parts.reduce((sum, part) => g.op('Add', [sum, part]));
}

function contrast(
  g: GraphBuilder,
  anchors: Value,
  candidates: Value,
  positives: Value,
  rowWeights: Value,
  { temperature, symmetric, matryoshka, contrastive }: Objective,
): Value[] {
  const rows = anchors.shape[0];
  const labels = g.input('labels', 'int32', [rows, 1]);
  const forth = { mask: g.input('mask', 'float32', [rows, candidates.shape[0]]), labels, rowWeights };
  const back = symmetric && { mask: g.input('maskBack', 'float32', [rows, rows]), labels, rowWeights };
  const whole = anchors.shape[1] as number;
  const prefixes = matryoshka.length ? matryoshka : [{ dimension: whole, weight: 1 }];
  return prefixes.flatMap(({ dimension, weight }) => {
    const cut = (x: Value) => (dimension === whole ? x : g.op('Columns', [x], { count: dimension }));
    const asked = cut(anchors);
    const share = contrastive * weight;
    if (!back) return [infoNce(g, asked, cut(candidates), forth, temperature, share)];
    return [
      infoNce(g, asked, cut(candidates), forth, temperature, share / 2),
      infoNce(g, cut(positives), asked, back, temperature, share / 2),
    ];
  });
}

/**
 * Multilingual distillation (Reimers and Gurevych 2020): a text and its translation are both drawn to the vector that
 * the teacher gives the text, by mean squared error over all numbers, as sentence-transformers' MSELoss has it.
 */
function distil(
  g: GraphBuilder,
  sides: Value[],
  rowWeights: Value,
  { weight, dimension }: { weight: number; dimension: number },
  normalize: boolean,
): Value {
  const teacher = g.input('teacher', 'float32', [sides[0].shape[0], dimension]);
  const ones = g.constant(1, [dimension, 1]);
  const errors = sides.map((side) => {
    const away = g.op('Sub', [normalize ? g.op('Normalize', [side]) : side, teacher]);
    // A sum over columns by a product: it has a rule and runs on all threads.
    return g.op('MatMul', [g.op('Mul', [away, away]), ones]);
  });
  const alpha = weight / (sides.length * dimension);
  return g.op('FusedMatMul', [rowWeights, g.op('Add', [errors[0], errors[1]])], { transA: 1, alpha });
}
