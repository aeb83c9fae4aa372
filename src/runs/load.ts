import { batched, grouped, inOrder } from '#src/api/context.ts';
import type {
  AttemptModel,
  LineageEdgeModel,
  MetricSummaryModel,
  RunModel,
} from '#src/database/generated/models.ts';

export type RunRow = RunModel;

export const loadRun = batched<string, RunRow | null>(async (ids, { lab }) => {
  const valid = ids.filter((id) => uuidShape.test(id));
  const rows = await lab.db.prisma.run.findMany({ where: { id: { in: valid } } });
  return inOrder(ids, rows, (row) => row.id);
});

export const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const loadAttempts = batched<string, AttemptModel[]>(async (ids, { lab }) =>
  grouped(
    ids,
    await lab.db.prisma.attempt.findMany({ where: { runId: { in: [...ids] } }, orderBy: { number: 'asc' } }),
    (row) => row.runId,
  ),
);

export const loadSummaries = batched<string, MetricSummaryModel[]>(async (ids, { lab }) =>
  grouped(
    ids,
    await lab.db.prisma.metricSummary.findMany({
      where: { runId: { in: [...ids] } },
      orderBy: { name: 'asc' },
    }),
    (row) => row.runId,
  ),
);

/** Both directions of a run's edges in one read. */
export const loadEdges = batched<string, LineageEdgeModel[]>(async (ids, { lab }) =>
  grouped(
    ids,
    await lab.db.prisma.lineageEdge.findMany({ where: { runId: { in: [...ids] } }, orderBy: { id: 'asc' } }),
    (row) => row.runId,
  ),
);
