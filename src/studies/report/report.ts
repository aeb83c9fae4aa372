import type { Context } from '#src/api/context.ts';
import { readSeries } from '#src/runs/metrics.ts';
import { choose } from '../choice.ts';
import { compositionsOf } from '../compositions.ts';
import { effectsOf } from '../effects.ts';
import { findLeaks } from '../leaks.ts';
import { benchmarksOf } from '../plan.ts';
import { readMeasured, studyTables } from '../results.ts';
import type { StepRow, StudyRow } from '../store.ts';
import type { Curve, ReportContent, TrainedOn } from './content.ts';
import { html } from './html.ts';
import { markdown } from './markdown.ts';
import { mteb } from './mteb.ts';
import { csv, json, latex } from './tables.ts';

const formats = { MARKDOWN: markdown, CSV: csv, LATEX: latex, JSON: json, MTEB: mteb, HTML: html };
export type ReportFormat = keyof typeof formats;
export const reportFormats = Object.keys(formats) as ReportFormat[];

const curvePoints = 100;
const mostCurves = 24;

export async function writeReport(
  context: Context,
  study: StudyRow,
  status: string,
  steps: StepRow[],
  metric: string,
  format: ReportFormat,
): Promise<string> {
  const benchmarks = benchmarksOf(study.spec);
  const compositions = compositionsOf(study.spec);
  // One seed speaks for the others where the picture would be the same.
  const [seed] = study.spec.seeds;
  const trainings = steps.filter(
    (step) => step.kind === 'TRAINING' && step.status === 'SUCCEEDED' && (step.cell.seed ?? seed) === seed,
  );
  const tables = await studyTables(context, steps, benchmarks, metric);
  const content: ReportContent = {
    study,
    status,
    tables,
    leaks: await findLeaks(context.lab.db.pool, steps),
    choice: choose(tables, study.spec.evaluation.selection, 'MEAN'),
    effects: await Promise.all(
      benchmarks.map(async (benchmark) => ({
        benchmark,
        effects: effectsOf(
          await readMeasured(context, evaluationsOn(steps, benchmark), metric),
          compositions,
        ),
      })),
    ),
    curves: await Promise.all(trainings.slice(0, mostCurves).map((step) => curveOf(context, step))),
    counts: await trainedOn(context, trainings),
  };
  return formats[format](content);
}

const evaluationsOn = (steps: StepRow[], benchmark: string) =>
  steps.filter(
    ({ kind, status, cell }) =>
      kind === 'EVALUATION' && status === 'SUCCEEDED' && cell.benchmark === benchmark,
  );

async function curveOf({ lab }: Context, step: StepRow): Promise<Curve> {
  const [series] = await readSeries(lab.db, step.runId!, ['loss'], curvePoints);
  return { name: step.key, points: series?.points ?? [] };
}

/** What the trainings counted, from the models they made. */
async function trainedOn({ lab }: Context, trainings: StepRow[]): Promise<TrainedOn[]> {
  const models = new Map(
    trainings.flatMap((step) => {
      const made = step.outputs.find((output) => output.kind === 'MODEL');
      return made ? [[made.digest, step] as const] : [];
    }),
  );
  const rows = await lab.db.prisma.model.findMany({ where: { digest: { in: [...models.keys()] } } });
  const order = (digest: string) => trainings.indexOf(models.get(digest)!);
  return rows
    .toSorted((a, b) => order(a.digest) - order(b.digest))
    .map((row) => ({
      name: models.get(row.digest)!.key,
      components: normalised((row.meta as { pairs?: TrainedOn['components'] }).pairs ?? []),
    }));
}

/** Shares are relative where they are asked for; of a whole they can be read. */
function normalised(components: TrainedOn['components']): TrainedOn['components'] {
  const total = components.reduce((sum, { share }) => sum + share, 0);
  return components.map((component) => ({ ...component, share: component.share / total }));
}
