import {
  bootstrapMeans,
  effectSize,
  holm,
  type Interval,
  mean,
  pairedRandomization,
  percentileInterval,
  type Resampling,
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
  values: ArrayLike<number>;
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

/**
 * Work that one table may take, in multiplications: a thousand runs should still be read in about a second, so large
 * tables are resampled less often. The seed is fixed: a table read twice is the same table.
 */
const budget = 2e8;
const resamplesFor = (size: number, most: number) => Math.max(500, Math.min(most, Math.floor(budget / size)));

/**
 * The table of one benchmark and metric: a row per system, its seeds averaged query by query. Everything of a row
 * comes from one resampling of queries, applied to all directions at once and to the base's values too, so that
 * averages, gaps and differences keep their pairing. p-values: Fisher's paired randomisation test on per-query
 * averages, Holm-adjusted over all rows and both averages.
 */
export function studyTable(measured: Measured[]): Row[] {
  const lists = [...new Set(measured.map((m) => m.queryIds))];
  const queries = [...new Set(lists.flat())].sort();
  const place = new Map(queries.map((id, i) => [id, i]));
  const places: Places = {
    size: queries.length,
    of: new Map(lists.map((ids) => [ids, Int32Array.from(ids, (id) => place.get(id)!)])),
  };
  const groups = new Map<string, Measured[]>();
  for (const m of measured) {
    const key = rowKey(m.cell);
    groups.set(key, [...(groups.get(key) ?? []), m]);
  }
  const rows = [...groups.values()].map((group) => averaged(group, places));
  const columns = rows.flatMap((row) => row.columns);
  const size = queries.length * columns.length;
  const replicates = columns.length
    ? bootstrapMeans(
        columns.map((d) => d.values),
        { resamples: resamplesFor(size, 2000), seed: 0 },
      )
    : [];
  columns.forEach((d, i) => {
    d.replicates = replicates[i];
  });
  const testing = { resamples: resamplesFor(size, 10_000), seed: 0 };
  const bases = new Map(rows.filter((row) => row.cell.role === 'BASE').map((row) => [row.cell.base, row]));

  const table = rows.map((row): Row => {
    const base =
      row.cell.role === 'BASE' || row.cell.role === 'BASELINE' ? undefined : bases.get(row.cell.base);
    return figuresOf(row, base, testing);
  });
  const differences = table.flatMap((row) => [row.deltaMono, row.deltaClir]).filter((d) => d !== null);
  const adjusted = holm(differences.map((d) => d.p));
  differences.forEach((d, i) => {
    d.pHolm = adjusted[i];
  });
  return table;
}

export const rowKey = ({ role, base, name, factors }: Cell) => JSON.stringify([role, base, name, factors]);

/** One direction of a row: its seeds averaged query by query, and the means of the table's resampling of queries. */
interface Column {
  queryLang: string;
  docLang: string;
  /** NaN for queries that the direction does not have. */
  values: Float64Array;
  seedMeans: Map<number | null, number>;
  replicates: Float64Array;
}

interface Averaged {
  cell: Cell;
  seeds: number[];
  runs: string[];
  columns: Column[];
}

function averaged(group: Measured[], places: Places): Averaged {
  const directions = new Map<string, Measured[]>();
  for (const m of group) {
    const key = `${m.queryLang} ${m.docLang}`;
    directions.set(key, [...(directions.get(key) ?? []), m]);
  }
  return {
    cell: { ...group[0].cell, seed: null },
    seeds: [...new Set(group.flatMap((m) => (m.cell.seed === null ? [] : [m.cell.seed])))],
    runs: [...new Set(group.map((m) => m.run))],
    columns: [...directions.values()].map((seeds) => ({
      queryLang: seeds[0].queryLang,
      docLang: seeds[0].docLang,
      values: meanOverSeeds(seeds, places),
      seedMeans: new Map(seeds.map((m) => [m.cell.seed, mean(m.values)])),
      replicates: new Float64Array(0),
    })),
  };
}

/** Where the queries of a list stand among all; a study has thousands of lists and few that differ. */
interface Places {
  size: number;
  of: Map<string[], Int32Array>;
}

function meanOverSeeds(seeds: Measured[], places: Places): Float64Array {
  const sums = new Float64Array(places.size);
  const counts = new Uint32Array(places.size);
  for (const { queryIds, values } of seeds)
    places.of.get(queryIds)!.forEach((at, i) => {
      sums[at] += values[i];
      counts[at]++;
    });
  return sums.map((sum, i) => (counts[i] ? sum / counts[i] : Number.NaN));
}

/** A weighted sum of columns: an average over directions, a gap, a difference to another row. */
type Term = [column: Column, weight: number];

const weightedMean = (terms: Term[]) =>
  terms.reduce((sum, [{ values }, weight]) => sum + weight * mean(values), 0);

function intervalOf(terms: Term[]): Interval | null {
  const combined = new Float64Array(terms[0][0].replicates.length);
  for (const [{ replicates }, weight] of terms)
    for (let r = 0; r < combined.length; r++) combined[r] += weight * replicates[r];
  return percentileInterval(combined) ?? null;
}

/** Over the seeds that every column has. */
function seedSpread(terms: Term[]): number | null {
  const seeds = [...terms[0][0].seedMeans.keys()].filter((seed) =>
    terms.every(([c]) => c.seedMeans.has(seed)),
  );
  if (seeds.length < 2) return null;
  const values = seeds.map((seed) =>
    terms.reduce((sum, [c, weight]) => sum + weight * c.seedMeans.get(seed)!, 0),
  );
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

const figure = (terms: Term[]): Figure | null =>
  terms.length ? { value: weightedMean(terms), ci: intervalOf(terms), seedSd: seedSpread(terms) } : null;

const average = (columns: Column[], sign = 1): Term[] =>
  columns.map((column) => [column, sign / columns.length]);
const isMono = ({ queryLang, docLang }: Column) => queryLang === docLang;
const isCross = (column: Column) => !isMono(column);

function figuresOf({ columns, ...named }: Averaged, base: Averaged | undefined, testing: Resampling): Row {
  const mono = columns.filter(isMono);
  const cross = columns.filter(isCross);
  return {
    ...named,
    directions: columns.map((column) => ({
      queryLang: column.queryLang,
      docLang: column.docLang,
      ...figure([[column, 1]])!,
    })),
    mono: figure(average(mono)),
    clir: figure(average(cross)),
    gap: mono.length && cross.length ? figure([...average(mono), ...average(cross, -1)]) : null,
    deltaMono: base ? difference(mono, base.columns, testing) : null,
    deltaClir: base ? difference(cross, base.columns, testing) : null,
  };
}

/** Difference of the averages over the directions that both have; tested on the queries that both have. */
function difference(ours: Column[], others: Column[], testing: Resampling): Difference | null {
  const shared = ours.flatMap((a) => {
    const b = others.find((o) => o.queryLang === a.queryLang && o.docLang === a.docLang);
    return b ? [{ a, b }] : [];
  });
  if (shared.length === 0) return null;
  const terms = [
    ...average(shared.map((s) => s.a)),
    ...average(
      shared.map((s) => s.b),
      -1,
    ),
  ];
  const [a, b] = [perQuery(shared.map((s) => s.a)), perQuery(shared.map((s) => s.b))];
  const kept = Array.from(a, (_, i) => i).filter((i) => !Number.isNaN(a[i]) && !Number.isNaN(b[i]));
  const [x, y] = [kept.map((i) => a[i]), kept.map((i) => b[i])];
  const { p } = pairedRandomization(x, y, testing);
  return {
    value: weightedMean(terms),
    ci: intervalOf(terms),
    p,
    pHolm: p,
    effectSize: effectSize(x, y),
    ...winTieLoss(x, y),
  };
}

/** A query's mean over the directions that have it. */
function perQuery(columns: Column[]): Float64Array {
  return new Float64Array(columns[0].values.length).map((_, i) =>
    mean(columns.map(({ values }) => values[i])),
  );
}
