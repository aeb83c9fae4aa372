import type { Api } from '#src/graphql-client.ts';

interface Evaluation {
  run: {
    scores: { system: string; queryLang: string; docLang: string; metric: string; value: number }[];
    averages: {
      system: string;
      metric: string;
      name: 'MONO' | 'CLIR' | 'GAP';
      value: number;
      ciLow: number | null;
      ciHigh: number | null;
    }[];
  };
}

/** nDCG@10 x 100 of an evaluation run: a row a system, a column a direction, then the averages with their intervals. */
export async function scoreTable(api: Api, run: string): Promise<string[]> {
  const { run: evaluation } = await api<Evaluation>(
    `query ($id: ID!) { run(id: $id) { ... on EvaluationRun {
       scores { system queryLang docLang metric value }
       averages { system metric name value ciLow ciHigh } } } }`,
    { id: run },
  );
  const metric = 'nDCG@10';
  const scores = evaluation.scores.filter((s) => s.metric === metric);
  const averages = evaluation.averages.filter((a) => a.metric === metric);
  const directions = [...new Set(scores.map((s) => `${s.queryLang}-${s.docLang}`))].sort(
    (a, b) => rank(a) - rank(b),
  );
  const systems = [...new Set(scores.map((s) => s.system))];
  const percent = (value: number) => (100 * value).toFixed(1);
  const row = (cells: string[]) =>
    cells.map((cell, i) => (i ? cell.padStart(i > directions.length ? 19 : 6) : cell.padEnd(18))).join(' ');
  return [
    `${metric} x 100, query language - document language, 95 % bootstrap intervals`,
    row(['', ...directions, 'Mono', 'CLIR', 'gap']),
    ...systems.map((system) => {
      const value = (direction: string) =>
        percent(
          scores.find((s) => s.system === system && `${s.queryLang}-${s.docLang}` === direction)!.value,
        );
      const average = (name: string) => {
        const found = averages.find((a) => a.system === system && a.name === name);
        if (!found) return '';
        const interval = found.ciLow === null ? '' : ` [${percent(found.ciLow)}, ${percent(found.ciHigh!)}]`;
        return `${percent(found.value)}${interval}`;
      };
      return row([
        system.replace(/@1$/, ''),
        ...directions.map(value),
        average('MONO'),
        average('CLIR'),
        average('GAP'),
      ]);
    }),
  ];
}

/** Mono directions before cross ones. */
const rank = (direction: string) => {
  const [query, document] = direction.split('-');
  return (query === document ? 0 : 2) + (query === 'ko' ? 0 : 1);
};
