import type { Context } from '#src/api/context.ts';
import type { Estimate } from '#src/evaluation/scores.ts';
import { loadRef } from '#src/lineage/entity.ts';
import { canonicalJson } from '#src/recipes/canonical.ts';
import { runPage } from '#src/runs/routes.ts';
import { type Mark, tradeOffPlot } from '#src/studies/report/plots.ts';
import { csvText } from '#src/studies/report/tables.ts';
import { mergeInputs, paramsOf, type Sweep } from './load.ts';
import { type Measured, type PartScores, parts, type SweepPoint } from './sweep-file.ts';

/** A line a point and one for the reference: fractions, not percent. */
export async function sweepCsv(context: Context, sweep: Sweep): Promise<string> {
  const refs = await Promise.all(
    mergeInputs(sweep)
      .filter(({ role }) => role === 'model')
      .map(({ digest }) => loadRef(context, { kind: 'MODEL', digest })),
  );
  const { points, reference, best } = sweep;
  const figures = (scores: Measured) => parts.flatMap((part) => figuresOf(scores[part]));
  const shown = (value: number) => String(value);
  return csvText([
    [
      ...['point', 'method', ...refs.map((ref) => `weight ${ref}`), 'parameters'],
      ...['value', 'eligible', 'on_front', 'best'],
      ...parts.flatMap((part) => figuresOf(reference[part]).map(({ name }) => `${part} ${name}`)),
    ],
    [
      ...['reference', '', ...refs.map(() => ''), reference.model, '', '', '', ''],
      ...figures(reference).map(({ value }) => shown(value)),
    ],
    ...points.map((point, i) => [
      ...[
        String(i),
        point.merge.method,
        ...refs.map((_, m) => weightIn(point, m)),
        canonicalJson(point.merge),
      ],
      ...[shown(point.value), String(point.eligible), String(point.onFront), String(i === best)],
      ...figures(point).map(({ value }) => shown(value)),
    ]),
  ]);
}

/** Empty where a weight varies by layer or tensor, which `parameters` has. */
function weightIn({ merge }: SweepPoint, model: number): string {
  const weight = merge.weights?.[model];
  return typeof weight === 'number' ? String(weight) : '';
}

function figuresOf({ directions, mono, clir, gap }: PartScores): { name: string; value: number }[] {
  const of = (name: string, figure: Estimate | null) => (figure ? [{ name, value: figure.value }] : []);
  return [
    ...directions.map(({ queryLang, docLang, value }) => ({ name: `${queryLang}-${docLang}`, value })),
    ...[...of('Mono', mono), ...of('CLIR', clir), ...of('gap', gap)],
  ];
}

const colours = { point: '#1f77b4', best: '#d62728', reference: '#333333' };

/**
 * The points on the selection queries, by which the best was chosen; null where an average is not measured. Intervals
 * are those of the best and the reference: all of them would hide the curve, whose points share their queries.
 */
export function sweepPlot(sweep: Sweep): string | null {
  const { points, reference, best, metric } = sweep;
  const href = runPage(sweep.run.id);
  const mark = (
    { selection: { mono, clir } }: Measured,
    about: Omit<Mark, 'x' | 'y' | 'href'>,
    whole = false,
  ) => (mono && clir ? [{ ...about, href, x: bounded(clir, whole), y: bounded(mono, whole) }] : []);
  const marks = [
    ...points.flatMap((point, i) => {
      const isBest = i === best;
      const colour = isBest ? colours.best : colours.point;
      return mark(point, { name: nameOf(point), colour, isNamed: isBest || point.onFront }, isBest);
    }),
    ...mark(reference, { name: 'reference', colour: colours.reference }, true),
  ];
  if (marks.length === 0) return null;
  const title = `${points.length} merges, ${metric}: Mono against CLIR; best by ${paramsOf(sweep).criterion}`;
  return tradeOffPlot(marks, title);
}

const bounded = ({ value, ciLow, ciHigh }: Estimate, whole: boolean) => ({
  ...{ value, low: (whole ? ciLow : null) ?? value, high: (whole ? ciHigh : null) ?? value },
});

/** What tells a point from the others of its sweep, short: its weights, or its other numbers. */
function nameOf({ merge }: SweepPoint): string {
  const { method: _, weights, ...others } = merge;
  const numbers = Object.entries(others).filter(([, of]) => typeof of === 'number');
  const short = (of: unknown) => (typeof of === 'number' ? String(Number(of.toFixed(3))) : '~');
  return [
    ...(weights ? [weights.map(short).join(' : ')] : []),
    ...numbers.filter(([name]) => name !== 'seed').map(([name, of]) => `${name} ${short(of)}`),
  ].join(', ');
}
