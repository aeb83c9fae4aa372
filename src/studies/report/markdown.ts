import { rowName } from '../results.ts';
import { legend, textTable, trainedOnHeader, trainedOnRows } from './cells.ts';
import { chosen, type ReportContent, seedMean, warnings } from './content.ts';

const table = (header: string[], rows: string[][]) =>
  [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');
const cell = (text: string) => text.replaceAll('|', '\\|');

export function markdown(content: ReportContent): string {
  const { study, status, tables, effects, counts } = content;
  const parts = [
    `# Study ${study.name}`,
    `${status.toLowerCase()}; launched ${study.createdAt.toISOString()}.`,
  ];
  if (study.spec.description) parts.push(study.spec.description);
  for (const one of tables) {
    const { header, rows } = textTable(one);
    parts.push(
      `## ${one.benchmark}, ${one.metric}`,
      ...warnings(content, one.benchmark).map((warning) => `**${warning}**`),
      table(
        header,
        rows.map(({ cells }) => cells),
      ),
    );
  }
  parts.push(legend);
  const best = chosen(content);
  if (best) parts.push(best);
  for (const { benchmark, effects: found } of effects)
    for (const { factor, levels } of found)
      parts.push(
        `### ${benchmark}: ${factor}`,
        table(
          ['level', 'cells', 'Mono', 'CLIR'],
          levels.map((l) => [l.level, String(l.cells), seedMean(l.mono), seedMean(l.clir)]),
        ),
      );
  if (effects.some(({ effects: found }) => found.length))
    parts.push('Marginal means over the trained compositions, 95 % t interval over seeds.');
  if (counts.length) parts.push('## Trained on', table(trainedOnHeader, trainedOnRows(counts)));
  const runs = tables.flatMap(({ benchmark, rows }) =>
    rows.flatMap((row) => row.runs.map((run) => [rowName(row.cell, rows), benchmark, run])),
  );
  parts.push('## Runs behind the figures', table(['system', 'benchmark', 'run'], runs));
  return `${parts.join('\n\n')}\n`;
}
