import type { Choice } from '../choice.ts';
import type { Effect, SeedMean } from '../effects.ts';
import type { Leak } from '../leaks.ts';
import type { StudyTable } from '../results.ts';
import type { StudyRow } from '../store.ts';

/** Everything a report shows, whatever its format. */
export interface ReportContent {
  study: StudyRow;
  status: string;
  tables: StudyTable[];
  effects: { benchmark: string; effects: Effect[] }[];
  curves: Curve[];
  counts: TrainedOn[];
  leaks: Leak[];
  /** The best by the mean of Mono and CLIR on the selection benchmarks, where the study has such. */
  choice: Choice | null;
}

/** A training run's loss, thinned. */
export interface Curve {
  name: string;
  points: { step: number; value: number }[];
}

/** What a composition was made of, as the training counted it. */
export interface TrainedOn {
  name: string;
  components: { pairing: string; queryLang: string; positiveLang: string; share: number; pairs: number }[];
}

/** nDCG and its like are read times 100, with one decimal: more is noise at the size of these benchmarks. */
export const percent = (value: number) => (100 * value).toFixed(1);
export const signed = (value: number) => `${value < 0 ? '-' : '+'}${(100 * Math.abs(value)).toFixed(1)}`;

/** Below this an adjusted p-value is marked. */
export const level = 0.05;

export const seedMean = (m: SeedMean | null) =>
  m ? `${percent(m.value)}${m.ciLow === null ? '' : ` [${percent(m.ciLow)}, ${percent(m.ciHigh!)}]`}` : '';

/** What has to be known before a benchmark's table is believed. */
export const warnings = ({ leaks, study }: ReportContent, benchmark: string): string[] => [
  ...(study.spec.evaluation.selection.includes(benchmark)
    ? ['Selection: choices are made on this benchmark, so its figures flatter what is chosen.']
    : []),
  ...leaks
    .filter((leak) => leak.benchmark === benchmark)
    .map(
      ({ texts, of, corpus, corpusName }) =>
        `LEAK: ${texts.toLocaleString('en')} of its ${of.toLocaleString('en')} texts stand in ${corpusName ?? corpus}, which is trained on.`,
    ),
];

export const chosen = ({ choice }: ReportContent): string | null => {
  if (!choice) return null;
  const tested = choice.test.map(
    ({ benchmark, row }) =>
      `${benchmark}: Mono ${row.mono ? percent(row.mono.value) : '-'}, CLIR ${row.clir ? percent(row.clir.value) : '-'}`,
  );
  return `Best by the mean of Mono and CLIR on the selection benchmarks: ${described(choice.row)} (${percent(choice.selection)})${tested.length ? `. On the others, which had no say: ${tested.join('; ')}` : ''}.`;
};
const described = ({ cell: { role, base, name, factors } }: Choice['row']) =>
  [
    ...(base === null || base === name ? [] : [`${base}:`]),
    ...(role === 'MERGE' ? ['merge'] : []),
    name,
    ...Object.entries(factors).map(([factor, value]) => `${factor}=${value}`),
  ].join(' ');
