/** What "best" means: the mean of Mono and CLIR, the lesser of the two, or one of them. */
export const criteria = ['MEAN', 'MIN', 'MONO', 'CLIR'] as const;
export type Criterion = (typeof criteria)[number];

/** NaN where the criterion asks for an average that is NaN. */
export function valueBy(criterion: Criterion, mono: number, clir: number): number {
  if (criterion === 'MEAN') return (mono + clir) / 2;
  if (criterion === 'MIN') return Math.min(mono, clir);
  return criterion === 'MONO' ? mono : clir;
}

/** Averages that a criterion is made of. */
export const averagesIn = (criterion: Criterion): ('MONO' | 'CLIR')[] =>
  criterion === 'MONO' || criterion === 'CLIR' ? [criterion] : ['MONO', 'CLIR'];
