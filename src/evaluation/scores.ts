import type { Direction } from '../benchmarks/entry.ts';
import type { Convention } from './convention.ts';

/** What an evaluation run hands over under the role `scores`, as JSON. */
export interface ScoresFile {
  /** Percentile bootstrap over queries; every system sees the same resamples, so that differences stay paired. */
  bootstrap: { resamples: number; seed: number; level: number };
  /** The queries counted, once per benchmark and direction; `perQuery` follows this order. */
  queries: (DirectionOf & { ids: string[] })[];
  scores: ScoreEntry[];
  averages: AverageEntry[];
}

export interface DirectionOf extends Direction {
  /** Digest of the benchmark. */
  benchmark: string;
}

/** Bounds are null when no resamples were asked for. */
export interface Estimate {
  value: number;
  ciLow: number | null;
  ciHigh: number | null;
}

export interface ScoreEntry extends DirectionOf, Estimate {
  /** 'bm25' or the digest of a model. */
  system: string;
  /** Canonical name, as `measureName` writes it. */
  metric: string;
  /** Number of queries in the mean. */
  n: number;
  convention: Convention;
  perQuery: number[];
}

/** MONO: mean over directions within a language. CLIR: mean over directions across. GAP: MONO - CLIR. */
export interface AverageEntry extends Estimate {
  system: string;
  benchmark: string;
  metric: string;
  name: 'MONO' | 'CLIR' | 'GAP';
  /** Number of directions in it. */
  directions: number;
}
