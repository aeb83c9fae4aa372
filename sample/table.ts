import type { Api } from '#src/graphql-client.ts';

interface Figure {
  value: number;
  ciLow: number | null;
  ciHigh: number | null;
}
interface Tables {
  study: {
    tables: {
      metric: string;
      rows: {
        name: string;
        role: string;
        directions: { queryLang: string; docLang: string; figure: Figure }[];
        mono: Figure;
        clir: Figure;
        gap: Figure;
      }[];
    }[];
  };
}

/** The first table of a study, x 100: a row a system, a column a direction, then the averages with their intervals. */
export async function scoreTable(api: Api, study: string): Promise<string[]> {
  const figure = '{ value ciLow ciHigh }';
  const { study: found } = await api<Tables>(
    `query ($name: String!) { study(name: $name) { tables { metric rows { name role
       directions { queryLang docLang figure ${figure} } mono ${figure} clir ${figure} gap ${figure} } } } }`,
    { name: study },
  );
  const [{ metric, rows }] = found.tables;
  const percent = (value: number) => (100 * value).toFixed(1);
  const named = (d: { queryLang: string; docLang: string }) => `${d.queryLang}-${d.docLang}`;
  const directions = rows[0].directions.map(named).sort((a, b) => rank(a) - rank(b));
  const average = ({ value, ciLow, ciHigh }: Figure) =>
    `${percent(value)}${ciLow === null ? '' : ` [${percent(ciLow)}, ${percent(ciHigh!)}]`}`;
  const row = (cells: string[]) =>
    cells.map((cell, i) => (i ? cell.padStart(i > directions.length ? 19 : 6) : cell.padEnd(18))).join(' ');
  return [
    `${metric} x 100, query language - document language, 95 % bootstrap intervals`,
    row(['', ...directions, 'Mono', 'CLIR', 'gap']),
    ...rows.map(({ name, role, directions: figures, mono, clir, gap }) =>
      row([
        role === 'BASELINE' ? name : `${study}/${name}`,
        ...directions.map((d) => percent(figures.find((f) => named(f) === d)!.figure.value)),
        average(mono),
        average(clir),
        average(gap),
      ]),
    ),
  ];
}

/** Mono directions before cross ones. */
const rank = (direction: string) => {
  const [query, document] = direction.split('-');
  return (query === document ? 0 : 2) + (query === 'ko' ? 0 : 1);
};
