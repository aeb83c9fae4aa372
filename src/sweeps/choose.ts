import { type Criterion, valueBy } from '../evaluation/criterion.ts';
import { paretoFront } from '../evaluation/frontier.ts';
import type { Measured, PartScores, SweepPoint } from './sweep-file.ts';

export interface Rule {
  criterion: Criterion;
  /** Absent: a merge may lose however much Mono. */
  maxMonoLoss?: number;
}

/** How a merge stands on the selection queries. */
export function standing(
  { criterion, maxMonoLoss = Number.POSITIVE_INFINITY }: Rule,
  { selection }: Pick<Measured, 'selection'>,
  reference: Pick<Measured, 'selection'>,
): Pick<SweepPoint, 'value' | 'eligible'> {
  const of = (figure: PartScores['mono']) => figure?.value ?? Number.NaN;
  const loss = of(reference.selection.mono) - of(selection.mono);
  return {
    value: valueBy(criterion, of(selection.mono), of(selection.clir)),
    eligible: maxMonoLoss === Number.POSITIVE_INFINITY || loss <= maxMonoLoss,
  };
}

/** The eligible point of the greatest value, of equal ones the first; null where none is eligible. */
export function bestOf(points: readonly Pick<SweepPoint, 'value' | 'eligible'>[]): number | null {
  let best: number | null = null;
  for (const [i, { value, eligible }] of points.entries())
    if (eligible && (best === null || value > points[best].value)) best = i;
  return best;
}

/** Which points are on the front of the selection queries. An average that is not measured is the same for all. */
export const frontOf = (points: readonly Pick<Measured, 'selection'>[]): boolean[] =>
  paretoFront(
    points.map(({ selection: { mono, clir } }) => ({ mono: mono?.value ?? 0, clir: clir?.value ?? 0 })),
  );
