import { type Criterion, valueBy } from '#src/evaluation/criterion.ts';
import type { StudyTable } from './results.ts';
import { type Row, rowKey } from './table.ts';

/** The system that is best on the selection benchmarks, and how it does on the others, which had no say. */
export interface Choice {
  criterion: Criterion;
  row: Row;
  selection: number;
  test: { benchmark: string; row: Row }[];
}

const measure = (criterion: Criterion, { mono, clir }: Row) =>
  valueBy(criterion, mono?.value ?? Number.NaN, clir?.value ?? Number.NaN);

/** Among trained and merged systems that every selection benchmark has; null where there is none. */
export function choose(tables: StudyTable[], selection: string[], criterion: Criterion): Choice | null {
  const chosenOn = tables.filter((table) => selection.includes(table.benchmark));
  const [first, ...rest] = chosenOn;
  const values = (first?.rows ?? []).flatMap((row) => {
    if (row.cell.role === 'BASELINE' || row.cell.role === 'BASE') return [];
    const key = rowKey(row.cell);
    const same = [row, ...rest.flatMap((table) => table.rows.filter((other) => rowKey(other.cell) === key))];
    const value = same.reduce((sum, one) => sum + measure(criterion, one), 0) / same.length;
    return same.length === chosenOn.length && !Number.isNaN(value) ? [{ row, key, value }] : [];
  });
  if (values.length === 0) return null;
  const best = values.reduce((a, b) => (b.value > a.value ? b : a));
  return {
    criterion,
    row: best.row,
    selection: best.value,
    test: tables
      .filter((table) => !selection.includes(table.benchmark))
      .flatMap(({ benchmark, rows }) =>
        rows.filter((row) => rowKey(row.cell) === best.key).map((row) => ({ benchmark, row })),
      ),
  };
}
