import {
  bootstrapMeans,
  type Column,
  effectSize,
  holm,
  type Interval,
  mean,
  pairedRandomization,
  percentileInterval,
  winTieLoss,
} from '#src/evaluation/statistics.ts';
import type { Cell } from './plan.ts';

/** Per-query values of one system in one direction, as an evaluation stored them. */
export interface Measured {
  cell: Cell;
  /** Global id of the evaluation run, so that every figure links to where it comes from. */
  run: string;
  queryLang: string;
  docLang: string;
  queryIds: string[];
  values: number[];
}

export interface Figure {
  value: number;
  ci: Interval | null;
  /** Standard deviation over seeds of the seeds' means; null with fewer than two. */
  seedSd: number | null;
}

export interface Difference extends Omit<Figure, 'seedSd'> {
  p: number;
  pHolm: number;
  effectSize: number | null;
  win: number;
  tie: number;
  loss: number;
}

export interface Row {
  /** A cell without its seed: the seeds are averaged. */
  cell: Cell;
  seeds: number[];
  runs: string[];
  directions: ({ queryLang: string; docLang: string } & Figure)[];
  mono: Figure | null;
  clir: Figure | null;
  gap: Figure | null;
  /** Against the base the row was trained from; null for bases and baselines. */
  deltaMono: Difference | null;
  deltaClir: Difference | null;
}

/** Fixed, so that a table read twice is the same table. */
const sampling = { resamples: 2000, seed: 0 };
const testing = { resamples: 10_000, seed: 0 };

/**
 * The table of one benchmark and metric: a row per system, its seeds averaged query by query. Everything of a row
 * comes from one resampling of queries, applied to all directions at once and to the base's values too, so that
 * averages, gaps and differences keep their pairing. p-values: Fisher's paired randomisation test on per-query
 * averages, Holm-adjusted over all rows and both averages.
 */
export function studyTable(measured: Measured[]): Row[] {
  const queries = [...new Set(measured.flatMap((m) => m.queryIds))].sort();
  const place = new Map(queries.map((id, i) => [id, i]));
  const groups = new Map<string, Measured[]>();
  for (const m of measured) {
    const key = rowKey(m.cell);
    groups.set(key, [...(groups.get(key) ?? []), m]);
  }
  const rows = [...groups.values()].map((group) => averaged(group, place));
  const bases = new Map(rows.filter((row) => row.cell.role === 'BASE').map((row) => [row.cell.base, row]));

  const table = rows.map((row): Row => {
    const base =
      row.cell.role === 'BASE' || row.cell.role === 'BASELINE' ? undefined : bases.get(row.cell.base);
    return figuresOf(row, base);
  });
  const differences = table.flatMap((row) => [row.deltaMono, row.deltaClir]).filter((d) => d !== null);
  const adjusted = holm(differences.map((d) => d.p));
  differences.forEach((d, i) => {
    d.pHolm = adjusted[i];
  });
  return table;
}

export const rowKey = ({ role, base, name, factors }: Cell) => JSON.stringify([role, base, name, factors]);

interface Averaged {
  cell: Cell;
  seeds: number[];
  runs: string[];
  directions: {
    queryLang: string;
    docLang: string;
    values: Float64Array;
    seedMeans: Map<number | null, number>;
  }[];
}

function averaged(group: Measured[], place: Map<string, number>): Averaged {
  const directions = new Map<string, Measured[]>();
  for (const m of group) {
    const key = `${m.queryLang} ${m.docLang}`;
    directions.set(key, [...(directions.get(key) ?? []), m]);
  }
  return {
    cell: { ...group[0].cell, seed: null },
    seeds: [...new Set(group.flatMap((m) => (m.cell.seed === null ? [] : [m.cell.seed])))],
    runs: [...new Set(group.map((m) => m.run))],
    directions: [...directions.values()].map((seeds) => ({
      queryLang: seeds[0].queryLang,
      docLang: seeds[0].docLang,
      values: meanOverSeeds(seeds, place),
      seedMeans: new Map(seeds.map((m) => [m.cell.seed, mean(m.values)])),
    })),
  };
}

/** NaN for queries that the direction does not have. */
function meanOverSeeds(seeds: Measured[], place: Map<string, number>): Float64Array {
  const sums = new Float64Array(place.size);
  const counts = new Uint32Array(place.size);
  for (const { queryIds, values } of seeds)
    queryIds.forEach((id, i) => {
      sums[place.get(id)!] += values[i];
      counts[place.get(id)!]++;
    });
  return sums.map((sum, i) => (counts[i] ? sum / counts[i] : Number.NaN));
}

type Directions = Averaged['directions'];
const isMono = (d: Directions[number]) => d.queryLang === d.docLang;

function figuresOf(row: Averaged, base: Averaged | undefined): Row {
  const { directions, ...named } = row;
  const own = replicatesOf(directions);
  const figure = (over: number[], sign = (_: number) => 1): Figure | null => {
    if (over.length === 0) return null;
    const weights = over.map((d) => sign(d));
    return {
      value: weighted(
        over.map((d) => mean(directions[d].values)),
        weights,
      ),
      ci: intervalOf(
        over.map((d) => own[d]),
        weights,
      ),
      seedSd: seedSpread(
        over.map((d) => directions[d].seedMeans),
        weights,
      ),
    };
  };
  const indices = directions.map((_, i) => i);
  const mono = indices.filter((i) => isMono(directions[i]));
  const clir = indices.filter((i) => !isMono(directions[i]));
  const average = (over: number[]) => figure(over, () => 1 / over.length);
  return {
    ...named,
    directions: directions.map(({ queryLang, docLang }, i) => ({ queryLang, docLang, ...figure([i])! })),
    mono: average(mono),
    clir: average(clir),
    gap:
      mono.length && clir.length
        ? figure(indices, (i) => (isMono(directions[i]) ? 1 / mono.length : -1 / clir.length))
        : null,
    deltaMono: base ? difference(directions, base.directions, isMono) : null,
    deltaClir: base ? difference(directions, base.directions, (d) => !isMono(d)) : null,
  };
}

const replicatesOf = (directions: Directions) =>
  directions.length
    ? bootstrapMeans(
        directions.map((d) => d.values),
        sampling,
      )
    : [];

const weighted = (values: number[], weights: number[]) =>
  values.reduce((sum, value, i) => sum + weights[i] * value, 0);

function intervalOf(replicates: Float64Array[], weights: number[]): Interval | null {
  const combined = new Float64Array(sampling.resamples).map((_, r) =>
    weighted(
      replicates.map((x) => x[r]),
      weights,
    ),
  );
  return percentileInterval(combined) ?? null;
}

/** Of the combination's value, seed by seed, over the seeds that every direction has. */
function seedSpread(means: Map<number | null, number>[], weights: number[]): number | null {
  const seeds = [...means[0].keys()].filter((seed) => means.every((m) => m.has(seed)));
  if (seeds.length < 2) return null;
  const values = seeds.map((seed) =>
    weighted(
      means.map((m) => m.get(seed)!),
      weights,
    ),
  );
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/** Difference of an average over the directions that both have, on the queries that both have. */
function difference(
  ours: Directions,
  theirs: Directions,
  which: (d: Directions[number]) => boolean,
): Difference | null {
  const shared = ours.filter(which).flatMap((d) => {
    const other = theirs.find((o) => o.queryLang === d.queryLang && o.docLang === d.docLang);
    return other ? [{ a: d.values, b: other.values }] : [];
  });
  if (shared.length === 0) return null;
  const columns = shared.flatMap(({ a, b }) => [a, b]);
  const weights = shared.flatMap(() => [1 / shared.length, -1 / shared.length]);
  const a = perQuery(shared.map((s) => s.a));
  const b = perQuery(shared.map((s) => s.b));
  const kept = Array.from(a, (_, i) => i).filter((i) => !Number.isNaN(a[i]) && !Number.isNaN(b[i]));
  const [x, y] = [kept.map((i) => a[i]), kept.map((i) => b[i])];
  const { p } = pairedRandomization(x, y, testing);
  return {
    value: weighted(columns.map(mean), weights),
    ci: intervalOf(bootstrapMeans(columns, sampling), weights),
    p,
    pHolm: p,
    effectSize: effectSize(x, y),
    ...winTieLoss(x, y),
  };
}

/** A query's mean over the directions that have it. */
function perQuery(columns: Column[]): Float64Array {
  return new Float64Array(columns[0].length).map((_, i) => mean(columns.map((column) => column[i])));
}
