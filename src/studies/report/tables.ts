import { rowName } from '../results.ts';
import type { Difference, Figure } from '../table.ts';
import { legend, textTable } from './cells.ts';
import type { ReportContent } from './content.ts';

/** One line a system, benchmark and quantity, for whoever computes further: fractions, not percent. */
export function csv({ tables }: ReportContent): string {
  const lines = [
    [
      'benchmark',
      'metric',
      'system',
      'role',
      'seeds',
      'quantity',
      'value',
      'ci_low',
      'ci_high',
      'seed_sd',
      'p',
      'p_holm',
    ],
  ];
  for (const { benchmark, metric, rows } of tables)
    for (const row of rows) {
      const add = (quantity: string, f: Figure | Difference | null) => {
        if (!f) return;
        const test = 'p' in f ? f : null;
        const numbers = [
          f.value,
          f.ci?.low,
          f.ci?.high,
          'seedSd' in f ? f.seedSd : null,
          test?.p,
          test?.pHolm,
        ];
        lines.push([
          benchmark,
          metric,
          rowName(row.cell, rows),
          row.cell.role,
          row.seeds.join(' '),
          quantity,
          ...numbers.map((n) => (n == null ? '' : String(n))),
        ]);
      };
      for (const d of row.directions) add(`${d.queryLang}-${d.docLang}`, d);
      add('mono', row.mono);
      add('clir', row.clir);
      add('gap', row.gap);
      add('delta_mono', row.deltaMono);
      add('delta_clir', row.deltaClir);
    }
  return csvText(lines);
}

export const csvText = (lines: string[][]) =>
  `${lines.map((cells) => cells.map(csvCell).join(',')).join('\n')}\n`;

/** A cell that a spreadsheet would take for a formula begins with an apostrophe instead; numbers stay numbers. */
function csvCell(cell: string): string {
  const safe =
    /^[=+@\t\r]/.test(cell) || (cell.startsWith('-') && Number.isNaN(Number(cell))) ? `'${cell}` : cell;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** booktabs tables, one a benchmark. */
export function latex({ study, tables }: ReportContent): string {
  return tables
    .map((one) => {
      const { header, rows } = textTable(one);
      const line = (cells: string[]) => `  ${cells.map(tex).join(' & ')} \\\\`;
      return [
        '\\begin{table}',
        '  \\centering\\small',
        `  \\begin{tabular}{l${'r'.repeat(header.length - 1)}}`,
        '  \\toprule',
        line(header),
        '  \\midrule',
        ...rows.map(({ cells }) => line(cells)),
        '  \\bottomrule',
        '  \\end{tabular}',
        `  \\caption{Study ${tex(study.name)}, ${tex(one.benchmark)}, ${tex(one.metric)}. ${tex(legend)}}`,
        '\\end{table}',
        '',
      ].join('\n');
    })
    .join('\n');
}

const escapes: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  Δ: '$\\Delta$',
  '±': '$\\pm$',
};
const tex = (text: string) => text.replace(/[\\&%$#_{}~^Δ±]/g, (c) => escapes[c] ?? `\\${c}`);

/** The report as data. */
export const json = ({ study, ...content }: ReportContent) =>
  `${JSON.stringify({ study: { name: study.name, createdAt: study.createdAt, spec: study.spec }, ...content }, null, 2)}\n`;
