import type { Direction } from '../benchmarks/entry.ts';
import type { TestedAverage } from '../evaluation/paired.ts';
import type { Estimate } from '../evaluation/scores.ts';
import type { MergeParams } from '../recipes/merging.ts';

/** What a sweep hands over under the role `sweep`, as JSON. */
export interface SweepFile {
  /** Canonical name of the measure. */
  metric: string;
  /** Queries on either side, each counted once over its directions. */
  queries: Record<Part, number>;
  reference: { model: string } & Measured;
  points: SweepPoint[];
  /** Index of the point chosen on the selection queries; null: none keeps enough of the reference's Mono. */
  best: number | null;
  /** System 0, the best, against system 1, the reference, on the test queries; null without a best or resamples. */
  tests: TestedAverage[] | null;
}

/** `selection` chooses; `test` has no say in anything. */
export const parts = ['selection', 'test'] as const;
export type Part = (typeof parts)[number];
export type Measured = Record<Part, PartScores>;

export interface SweepPoint extends Measured {
  /** The recipe of the merge over the sweep's inputs. */
  merge: MergeParams;
  /** The criterion on the selection queries. */
  value: number;
  /** Whether its Mono is no further below the reference's than the recipe allows. */
  eligible: boolean;
  /** On the Pareto front of Mono and CLIR on the selection queries. */
  onFront: boolean;
  /** Of a greedy soup: whether the soup was this one from then on. */
  kept?: boolean;
}

/** Averages are null where no direction measured is of their kind. */
export interface PartScores {
  directions: (Direction & Estimate & { queries: number })[];
  mono: Estimate | null;
  clir: Estimate | null;
  gap: Estimate | null;
}
