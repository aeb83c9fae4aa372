import { type Cell, escaped, htmlDocument, htmlTable, link } from '#src/api/document.ts';
import { runPage } from '#src/runs/routes.ts';
import type { Row } from '../table.ts';
import { legend, textTable, trainedOnHeader, trainedOnRows } from './cells.ts';
import { chosen, type ReportContent, seedMean, warnings } from './content.ts';
import { learningCurves, tradeOff } from './plots.ts';

/** One file with everything in it. Figures link to the evaluations that they come from. */
export function html(content: ReportContent): string {
  const { study, status, tables, effects, curves, counts } = content;
  const body: string[] = [
    `<h1>Study ${escaped(study.name)}</h1>`,
    `<p>${escaped(status.toLowerCase())}; launched ${study.createdAt.toISOString()}.</p>`,
  ];
  if (study.spec.description) body.push(`<p>${escaped(study.spec.description)}</p>`);
  for (const one of tables) {
    const { header, rows } = textTable(one);
    body.push(
      `<h2>${escaped(one.benchmark)}, ${escaped(one.metric)}</h2>`,
      ...warnings(content, one.benchmark).map((warning) => `<p class="warning">${escaped(warning)}</p>`),
      htmlTable(
        header,
        rows.map(({ cells, row }) => linked(cells, row)),
      ),
      tradeOff(one) ?? '',
    );
  }
  body.push(`<p class="note">${escaped(legend)} Figures of one run link to it, seeds to their runs.</p>`);
  const best = chosen(content);
  if (best) body.push(`<p>${escaped(best)}</p>`);
  for (const { benchmark, effects: found } of effects)
    if (found.length)
      body.push(
        `<h3>${escaped(benchmark)}: what each factor does, all else averaged</h3>`,
        htmlTable(
          ['factor', 'level', 'cells', 'Mono', 'CLIR'],
          found.flatMap(({ factor, levels }) =>
            levels.map((l, i) => [
              i ? '' : factor,
              l.level,
              String(l.cells),
              seedMean(l.mono),
              seedMean(l.clir),
            ]),
          ),
        ),
      );
  const plot = learningCurves(curves);
  if (plot) body.push('<h2>Learning curves</h2>', plot);
  if (counts.length) body.push('<h2>Trained on</h2>', htmlTable(trainedOnHeader, trainedOnRows(counts)));
  return htmlDocument(`Study ${study.name}`, body);
}

/** A figure of one run links to it; one over several seeds has its runs in the column of the seeds. */
function linked([system, , ...figures]: string[], { runs, seeds }: Row): Cell[] {
  const called = (i: number) => (seeds.length === runs.length ? String(seeds[i]) : String(i + 1));
  const each = runs.map((run, i) => link(runPage(run), seeds.length ? called(i) : 'run').html);
  return [
    system,
    { html: each.join(' ') },
    ...figures.map((figure) => (runs.length === 1 && figure ? link(runPage(runs[0]), figure) : figure)),
  ];
}
