import type { Effect } from '../effects.ts';
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
