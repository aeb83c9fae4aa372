import { mean } from '#src/evaluation/statistics.ts';
import type { NamedComposition } from './compositions.ts';
import type { Measured } from './table.ts';

/** The mean over everything else at one level of a factor, with its 95 % t interval over seeds. */
export interface Level {
  level: string;
  cells: number;
  mono: SeedMean | null;
  clir: SeedMean | null;
}
export interface SeedMean {
  value: number;
  /** Null with fewer than two seeds: one number has no spread. */
  ciLow: number | null;
  ciHigh: number | null;
}
export interface Effect {
  factor: string;
  levels: Level[];
}

/**
 * Marginal means over the trained compositions of a grid: of every factor, of the base, and of every direction's
 * presence in the composition ("trained on ko-en": with, without).
 */
export function effectsOf(measured: Measured[], compositions: NamedComposition[]): Effect[] {
  const cells = seedCells(measured.filter((m) => m.cell.role === 'COMPOSITION'));
  const directions = new Map(
    compositions.map(({ name, components }) => [
      name,
      new Set(components.map((c) => `${c.queryLang}-${c.positiveLang}`)),
    ]),
  );
  const factors = new Map<string, (cell: SeedCell) => string>();
  factors.set('base', ({ base }) => base ?? '');
  for (const name of new Set(cells.flatMap(({ factors: f }) => Object.keys(f))))
    factors.set(name, (cell) => String(cell.factors[name]));
  for (const direction of [...new Set([...directions.values()].flatMap((set) => [...set]))].sort())
    factors.set(`trained on ${direction}`, ({ name }) =>
      directions.get(name)?.has(direction) ? 'with' : 'without',
    );

  return [...factors].flatMap(([factor, levelOf]) => {
    const levels = Map.groupBy(cells, levelOf);
    if (levels.size < 2) return [];
    return [
      {
        factor,
        // In the order of the grid; "with" before "without", whichever comes first there.
        levels: [...levels]
          .toSorted(([a], [b]) => Number(b === 'with') - Number(a === 'with'))
          .map(([level, group]) => ({
            level,
            cells: new Set(group.map((cell) => cell.key)).size,
            mono: overSeeds(group, (cell) => cell.mono),
            clir: overSeeds(group, (cell) => cell.clir),
          })),
      },
    ];
  });
}

interface SeedCell {
  key: string;
  base: string | null;
  name: string;
  factors: Record<string, string | number>;
  seed: number | null;
  mono: number;
  clir: number;
}

function seedCells(measured: Measured[]): SeedCell[] {
  const groups = Map.groupBy(measured, ({ cell }) =>
    JSON.stringify([cell.base, cell.name, cell.factors, cell.seed]),
  );
  return [...groups.values()].map((group) => {
    const { base, name, factors, seed } = group[0].cell;
    const over = (mono: boolean) =>
      mean(group.filter((m) => (m.queryLang === m.docLang) === mono).map((m) => mean(m.values)));
    return {
      key: JSON.stringify([base, name, factors]),
      base,
      name,
      factors,
      seed,
      mono: over(true),
      clir: over(false),
    };
  });
}

/** Seeds are the replicates: cells are averaged within a seed first. */
function overSeeds(cells: SeedCell[], of: (cell: SeedCell) => number): SeedMean | null {
  const bySeed = Map.groupBy(cells, (cell) => cell.seed);
  const values = [...bySeed.values()].map((group) => mean(group.map(of)));
  const centre = mean(values);
  if (Number.isNaN(centre)) return null;
  if (values.length < 2) return { value: centre, ciLow: null, ciHigh: null };
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
  const half = (studentT95[values.length - 2] ?? 1.96) * (sd / Math.sqrt(values.length));
  return { value: centre, ciLow: centre - half, ciHigh: centre + half };
}

/** 97.5 % quantiles of Student's t with 1 to 30 degrees of freedom. */
const studentT95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
