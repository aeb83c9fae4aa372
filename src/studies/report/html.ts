import { legend, textTable } from './cells.ts';
import { percent, type ReportContent } from './content.ts';
import { learningCurves, tradeOff } from './plots.ts';

const text = (s: string) =>
  s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const cells = (tag: string, values: string[]) =>
  values.map((value) => `<${tag}>${text(value)}</${tag}>`).join('');
const table = (header: string[], rows: string[]) =>
  `<table><thead><tr>${cells('th', header)}</tr></thead><tbody>${rows.join('')}</tbody></table>`;

/** One file with everything in it: no script, nothing from elsewhere. Rows carry the ids of the runs behind them. */
export function html({ study, status, tables, effects, curves, counts }: ReportContent): string {
  const body: string[] = [
    `<h1>Study ${text(study.name)}</h1>`,
    `<p>${text(status.toLowerCase())}; launched ${study.createdAt.toISOString()}.</p>`,
  ];
  if (study.spec.description) body.push(`<p>${text(study.spec.description)}</p>`);
  for (const one of tables) {
    const { header, rows } = textTable(one);
    body.push(
      `<h2>${text(one.benchmark)}, ${text(one.metric)}</h2>`,
      table(
        header,
        rows.map(
          ({ cells: values, row }) =>
            `<tr data-runs="${row.runs.map(text).join(' ')}">${cells('td', values)}</tr>`,
        ),
      ),
      tradeOff(one) ?? '',
    );
  }
  body.push(`<p class="legend">${text(legend)}</p>`);
  for (const { benchmark, effects: found } of effects)
    for (const { factor, levels } of found)
      body.push(
        `<h3>${text(benchmark)}: ${text(factor)}</h3>`,
        table(
          ['level', 'cells', 'Mono', 'CLIR'],
          levels.map(
            (l) =>
              `<tr>${cells('td', [l.level, String(l.cells), l.mono ? percent(l.mono.value) : '', l.clir ? percent(l.clir.value) : ''])}</tr>`,
          ),
        ),
      );
  const plot = learningCurves(curves);
  if (plot) body.push('<h2>Learning curves</h2>', plot);
  if (counts.length)
    body.push(
      '<h2>Trained on</h2>',
      table(
        ['composition', 'pairing', 'query', 'passage', 'share', 'pairs there'],
        counts.flatMap(({ name, components }) =>
          components.map(
            (c) =>
              `<tr>${cells('td', [name, c.pairing, c.queryLang, c.positiveLang, percent(c.share), String(c.pairs)])}</tr>`,
          ),
        ),
      ),
    );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Study ${text(study.name)}</title><style>
body{font:14px/1.45 sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0;font-variant-numeric:tabular-nums}
th,td{padding:.25em .6em;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left}svg{max-width:44em;display:block}.legend{color:#666}
</style></head><body>
${body.filter(Boolean).join('\n')}
</body></html>
`;
}
