import type { Direction } from '../benchmarks/entry.ts';
import type { Convention } from './convention.ts';
import type { Pool } from './pool.ts';
import type { IntervalRecord } from './resampling.ts';

/** What an evaluation run hands over under the role `scores`, as JSON. */
export interface ScoresFile {
  /** Every system sees the same resamples, so that differences stay paired. */
  bootstrap: IntervalRecord;
  /** The queries counted, once per benchmark, direction and pool; `perQuery` follows this order. */
  queries: (PoolOf & { ids: string[] })[];
  scores: ScoreEntry[];
  averages: AverageEntry[];
}

export interface DirectionOf extends Direction {
  /** Digest of the benchmark. */
  benchmark: string;
}

export interface PoolOf extends DirectionOf {
  pool: Pool;
}

/** Bounds are null when no resamples were asked for. */
export interface Estimate {
  value: number;
  ciLow: number | null;
  ciHigh: number | null;
}

export interface ScoreEntry extends PoolOf, Estimate {
  /** 'bm25', the digest of a model, or 'run:' and the name of a foreign system. */
  system: string;
  /** Canonical name, as `measureName` writes it. */
  metric: string;
  /** Number of queries in the mean. */
  n: number;
  convention: StoredConvention;
  perQuery: number[];
  /** The queries that `perQuery` follows, where they are fewer than those of the direction. */
  queries?: string[];
}

/** What a score means and how its interval was made. A figure about languages has no rules for gains or ties. */
export interface StoredConvention extends Partial<Convention> {
  reference: string;
  interval: IntervalRecord;
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
