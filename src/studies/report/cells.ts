import { rowName, type StudyTable } from '../results.ts';
import type { Difference, Figure, Row } from '../table.ts';
import { level, percent, signed, type TrainedOn } from './content.ts';

/** A table as text, before any format: a header, and rows of cells. */
export interface TextTable {
  header: string[];
  rows: { cells: string[]; row: Row }[];
}

const figure = (f: Figure | null) => {
  if (!f) return '';
  const spread = f.seedSd === null ? '' : ` ±${percent(f.seedSd)}`;
  return `${percent(f.value)}${spread}${f.ci ? ` [${percent(f.ci.low)}, ${percent(f.ci.high)}]` : ''}`;
};

/** An asterisk: Holm-adjusted p below 0.05. */
const difference = (d: Difference | null) => {
  if (!d) return '';
  const interval = d.ci ? ` [${signed(d.ci.low)}, ${signed(d.ci.high)}]` : '';
  return `${signed(d.value)}${d.pHolm < level ? '*' : ''}${interval}`;
};

export function textTable({ rows }: StudyTable): TextTable {
  const directions = [
    ...new Set(rows.flatMap((row) => row.directions.map((d) => `${d.queryLang}-${d.docLang}`))),
  ].sort((a, b) => order(a) - order(b) || (a < b ? -1 : 1));
  return {
    header: ['system', 'seeds', ...directions, 'Mono', 'CLIR', 'gap', 'Δ Mono', 'Δ CLIR'],
    rows: rows.map((row) => ({
      row,
      cells: [
        rowName(row.cell, rows),
        row.seeds.length ? String(row.seeds.length) : '',
        ...directions.map((name) => {
          const found = row.directions.find((d) => `${d.queryLang}-${d.docLang}` === name);
          return found ? percent(found.value) : '';
        }),
        figure(row.mono),
        figure(row.clir),
        figure(row.gap),
        difference(row.deltaMono),
        difference(row.deltaClir),
      ],
    })),
  };
}

/** Directions within a language come first. */
const order = (direction: string) => {
  const [query, document] = direction.split('-');
  return query === document ? 0 : 1;
};

export const legend =
  'Values are x 100. Mono and CLIR: means over the directions within a language and across; gap: their difference. ±: standard deviation over seeds. [ ]: 95 % percentile bootstrap over queries. Δ: against the base, * where the Holm-adjusted p of the paired randomisation test is below 0.05.';

export const trainedOnHeader = ['composition', 'pairing', 'query', 'passage', 'share', 'pairs there'];
export const trainedOnRows = (counts: TrainedOn[]) =>
  counts.flatMap(({ name, components }) =>
    components.map(({ pairing, queryLang, positiveLang, share, pairs }) => [
      name,
      pairing,
      queryLang,
      positiveLang,
      percent(share),
      pairs.toLocaleString('en'),
    ]),
  );
