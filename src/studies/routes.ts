import type { FastifyInstance } from 'fastify';
import type { Context } from '#src/api/context.ts';
import { sendDocument } from '#src/api/document.ts';
import { UserError } from '#src/errors.ts';
import { type ReportFormat, writeReport } from './report/report.ts';
import { statusOf } from './schema.ts';
import { findStudy, readSteps } from './store.ts';

const endings: Record<string, { format: ReportFormat; type: string }> = {
  html: { format: 'HTML', type: 'text/html' },
  md: { format: 'MARKDOWN', type: 'text/markdown' },
  csv: { format: 'CSV', type: 'text/csv' },
  tex: { format: 'LATEX', type: 'application/x-tex' },
  json: { format: 'JSON', type: 'application/json' },
};

/** GET /studies/<name>.html shows the report in a browser: no script may run in it and nothing is loaded. */
export function studyRoutes(app: FastifyInstance, context: Context) {
  app.get<{ Params: { file: string } }>('/studies/:file', async ({ params }, reply) => {
    const dot = params.file.lastIndexOf('.');
    const ending = endings[params.file.slice(dot + 1)];
    const study = ending && (await findStudy(context.lab.db.pool, params.file.slice(0, dot)));
    if (!study)
      throw new UserError(
        'NOT_FOUND',
        `there is no study "${params.file.slice(0, 100)}"; write <name>.html, .md, .csv, .tex or .json`,
      );
    const steps = await readSteps(context.lab.db.pool, study.id);
    const text = await writeReport(
      { ...context },
      study,
      statusOf(study, steps),
      steps,
      study.spec.evaluation.metrics[0],
      ending.format,
    );
    return sendDocument(reply, text, ending.type);
  });
}
