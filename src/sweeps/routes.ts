import type { FastifyInstance } from 'fastify';
import type { Context } from '#src/api/context.ts';
import { sendDocument } from '#src/api/document.ts';
import { UserError } from '#src/errors.ts';
import { uuidShape } from '#src/runs/load.ts';
import { sweepCsv, sweepPlot } from './export.ts';
import { loadSweep } from './load.ts';

/** GET /sweeps/<run>.csv gives the points as a table, .svg as a drawing of Mono against CLIR. */
export function sweepRoutes(app: FastifyInstance, base: Context) {
  app.get<{ Params: { file: string } }>('/sweeps/:file', async ({ params }, reply) => {
    const [, run, ending] = /^(.*)\.(csv|svg)$/.exec(params.file) ?? [];
    const context = { ...base };
    const sweep = run && uuidShape.test(run) ? await loadSweep(context, run) : null;
    if (!sweep)
      throw new UserError(
        'NOT_FOUND',
        `there is no finished sweep "${params.file.slice(0, 100)}"; write <id of its run>.csv or .svg`,
      );
    if (ending === 'csv') return sendDocument(reply, await sweepCsv(context, sweep), 'text/csv');
    const plot = sweepPlot(sweep);
    if (!plot)
      throw new UserError('NOT_FOUND', 'the sweep measured no Mono or no CLIR, so there is nothing to draw');
    return sendDocument(reply, plot, 'image/svg+xml');
  });
}
