import { builder } from '#src/api/builder.ts';
import { page } from '#src/api/connection.ts';
import type { Context } from '#src/api/context.ts';
import type { AttemptModel, MetricSummaryModel } from '#src/database/generated/models.ts';
import { badInput, UserError } from '#src/errors.ts';
import { LineageEdgeType } from '#src/lineage/edge.ts';
import { runKinds } from '#src/recipes/kinds.ts';
import { cancelRun, retryRun } from './control.ts';
import { eventTypes } from './events.ts';
import type { RunError } from './execution.ts';
import type { RunEventRow } from './feed.ts';
import { runConnection } from './list.ts';
import { loadAttempts, loadEdges, loadRun, loadSummaries, type RunRow, uuidShape } from './load.ts';
import { readSeries, type Series } from './metrics.ts';
import { runTypeName } from './names.ts';
import { loadVerifications, reproduce, type Verification } from './verify.ts';

export const RunKindEnum = builder.enumType('RunKind', { values: runKinds });
export const RunStatusEnum = builder.enumType('RunStatus', {
  values: ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const,
});

const ProgressType = builder
  .objectRef<{ done: number; total: number | null; unit: string; at: string; run: RunRow }>('Progress')
  .implement({
    fields: (t) => ({
      done: t.exposeFloat('done'),
      total: t.exposeFloat('total', { nullable: true }),
      unit: t.exposeString('unit'),
      rate: t.float({
        nullable: true,
        description: 'Units per second since the run started.',
        resolve: (p) => rateOf(p),
      }),
      eta: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it ends at this rate.',
        resolve: (p) => {
          const rate = rateOf(p);
          return rate && p.total ? new Date(Date.parse(p.at) + ((p.total - p.done) / rate) * 1000) : null;
        },
      }),
    }),
  });

function rateOf({ done, at, run }: { done: number; at: string; run: RunRow }): number | null {
  const seconds = run.startedAt ? (Date.parse(at) - run.startedAt.getTime()) / 1000 : 0;
  return seconds > 0 ? done / seconds : null;
}

export const IssueType = builder.objectRef<{ path: string; message: string }>('Issue').implement({
  fields: (t) => ({ path: t.exposeString('path'), message: t.exposeString('message') }),
});

export const RunErrorType = builder.objectRef<RunError>('RunError').implement({
  description: 'Why a run failed, in the words a refused mutation would have used.',
  fields: (t) => ({
    code: t.exposeString('code'),
    message: t.exposeString('message'),
    issues: t.expose('issues', { type: [IssueType] }),
  }),
});

const AttemptOutcomeEnum = builder.enumType('AttemptOutcome', {
  values: ['RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'LOST'] as const,
});

const AttemptType = builder.objectRef<AttemptModel>('Attempt').implement({
  fields: (t) => ({
    number: t.exposeInt('number'),
    worker: t.exposeString('worker'),
    outcome: t.expose('outcome', { type: AttemptOutcomeEnum }),
    error: t.field({
      type: RunErrorType,
      nullable: true,
      resolve: (a) => a.error as unknown as RunError | null,
    }),
    environment: t.expose('environment', { type: 'JSON' }),
    startedAt: t.expose('startedAt', { type: 'DateTime' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true }),
  }),
});

const MetricPointType = builder.objectRef<{ step: number; value: number }>('MetricPoint').implement({
  fields: (t) => ({
    step: t.exposeInt('step'),
    value: t.float({
      nullable: true,
      description: 'Null: not a finite number.',
      resolve: (p) => (Number.isFinite(p.value) ? p.value : null),
    }),
  }),
});

const MetricSeriesType = builder.objectRef<Series>('MetricSeries').implement({
  fields: (t) => ({
    name: t.exposeString('name'),
    points: t.expose('points', { type: [MetricPointType] }),
  }),
});

const MetricSummaryType = builder.objectRef<MetricSummaryModel>('MetricSummary').implement({
  fields: (t) => ({
    name: t.exposeString('name'),
    count: t.exposeInt('count'),
    lastStep: t.exposeInt('lastStep'),
    last: t.float({ nullable: true, resolve: (s) => finite(s.last) }),
    min: t.float({ nullable: true, resolve: (s) => finite(s.min) }),
    max: t.float({ nullable: true, resolve: (s) => finite(s.max) }),
  }),
});

const finite = (value: number) => (Number.isFinite(value) ? value : null);

const LogLineType = builder.objectRef<RunEventRow>('LogLine').implement({
  fields: (t) => ({
    seq: t.exposeInt('seq'),
    at: t.expose('at', { type: 'DateTime' }),
    level: t.string({ resolve: (e) => (e.payload as { level: string }).level }),
    message: t.string({ resolve: (e) => (e.payload as { message: string }).message }),
  }),
});

const LogConnection = builder.connectionObject({ type: LogLineType, name: 'LogConnection' });

const VerificationType = builder.objectRef<Verification>('Verification').implement({
  description: 'The run made again from its recipe.',
  fields: (t) => ({
    copy: t.field({
      type: RunInterface,
      nullable: true,
      resolve: (v, _args, context) => loadRun(context, v.copyId),
    }),
    equal: t.exposeBoolean('equal', {
      nullable: true,
      description: 'Every output has the same digest; null until the copy has succeeded.',
    }),
    at: t.expose('at', { type: 'DateTime' }),
    environment: t.expose('environment', {
      type: 'JSON',
      nullable: true,
      description: 'Where it was made again.',
    }),
  }),
});

export const RunInterface = builder.interfaceRef<RunRow>('Run');
RunInterface.implement({
  description: 'One execution of a recipe.',
  interfaces: [builder.nodeInterfaceRef()],
  resolveType: (row) => runTypeName[row.kind],
  fields: (t) => ({
    kind: t.expose('kind', { type: RunKindEnum }),
    name: t.string({
      nullable: true,
      description: 'The name asked for its output.',
      resolve: (run) => run.names[0] ?? null,
    }),
    status: t.expose('status', { type: RunStatusEnum }),
    progress: t.field({
      type: ProgressType,
      nullable: true,
      resolve: (run) =>
        run.progress
          ? { ...(run.progress as { done: number; total: number | null; unit: string; at: string }), run }
          : null,
    }),
    recipe: t.expose('recipe', { type: 'JSON', description: 'Everything that determines the result.' }),
    recipeHash: t.expose('recipeHash', { type: 'Digest' }),
    environment: t.expose('environment', {
      type: 'JSON',
      nullable: true,
      description: 'Of the latest attempt: versions, platform, CPU, revision.',
    }),
    attempts: t.field({
      type: [AttemptType],
      resolve: (run, _args, context) => loadAttempts(context, run.id),
    }),
    error: t.field({
      type: RunErrorType,
      nullable: true,
      resolve: (run) => run.error as unknown as RunError | null,
    }),
    inputs: t.field({
      type: [LineageEdgeType],
      resolve: async (run, _args, context) =>
        (await loadEdges(context, run.id)).filter((e) => e.direction === 'USED'),
    }),
    outputs: t.field({
      type: [LineageEdgeType],
      resolve: async (run, _args, context) =>
        (await loadEdges(context, run.id)).filter((e) => e.direction === 'GENERATED'),
    }),
    metrics: t.field({
      type: [MetricSeriesType],
      description: 'Series of points, thinned to about maxPoints each with the extremes kept.',
      args: { names: t.arg.stringList(), maxPoints: t.arg.int({ defaultValue: 500 }) },
      resolve: (run, { names, maxPoints }, { lab }) => {
        if (maxPoints! < 2 || maxPoints! > 5000)
          throw badInput('maxPoints', `maxPoints is ${maxPoints}; ask for 2 to 5000`);
        return readSeries(lab.db, run.id, names ?? null, maxPoints!);
      },
    }),
    summaries: t.field({
      type: [MetricSummaryType],
      description: 'Last, smallest and largest value of every metric.',
      resolve: (run, _args, context) => loadSummaries(context, run.id),
    }),
    log: t.field({
      type: LogConnection,
      args: {
        after: t.arg.int({ description: 'Sequence number of the last line that is known.' }),
        first: t.arg.int({ defaultValue: 100 }),
      },
      resolve: (run, { after, first }, context) => readLog(context, run.id, after ?? 0, first!),
    }),
    verifications: t.field({
      type: [VerificationType],
      resolve: (run, _args, context) => loadVerifications(context, run.id),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true }),
  }),
});

function readLog({ lab }: Context, run: string, after: number, first: number) {
  return page<RunEventRow>(
    { first },
    (line) => [line.seq],
    1,
    async (_after, limit) => {
      const { rows } = await lab.db.pool.query(
        `SELECT run_id AS run, seq, attempt, type, payload, at FROM run_event
         WHERE run_id = $1 AND type = 'LOG' AND seq > $2 ORDER BY seq LIMIT $3`,
        [run, after, limit],
      );
      return rows;
    },
    async () => {
      const { rows } = await lab.db.pool.query(
        `SELECT count(*)::int AS n FROM run_event WHERE run_id = $1 AND type = 'LOG'`,
        [run],
      );
      return rows[0].n;
    },
  );
}

const EventTypeEnum = builder.enumType('RunEventType', { values: eventTypes });

const RunEventType = builder.objectRef<RunEventRow>('RunEvent').implement({
  description:
    'STATUS {status, error?, reason?}, PROGRESS {done, total, unit}, LOG {level, message}, METRICS {points: [{name, step, value}]}, OUTPUT {role, kind, digest}.',
  fields: (t) => ({
    seq: t.exposeInt('seq'),
    attempt: t.exposeInt('attempt'),
    type: t.field({ type: EventTypeEnum, resolve: (e) => e.type as (typeof eventTypes)[number] }),
    payload: t.expose('payload', { type: 'JSON' }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
});

/** A run's id as clients send it: the global id, or the bare UUID that recipes, logs and folders show. */
export function runId(id: string): string {
  if (uuidShape.test(id)) return id;
  const [, typename, uuid] = /^(\w+):([0-9a-f-]{36})$/.exec(Buffer.from(id, 'base64').toString('utf8')) ?? [];
  if (typename && Object.values(runTypeName).includes(typename) && uuidShape.test(uuid)) return uuid;
  throw badInput('id', `"${id.slice(0, 100)}" is not the id of a run`);
}

async function existingRun(context: Context, id: string): Promise<RunRow> {
  const run = await context.lab.db.prisma.run.findUnique({ where: { id } });
  if (run) return run;
  const message = `there is no run ${id}`;
  throw new UserError('NOT_FOUND', message, [{ path: 'id', message }]);
}

const RunFilter = builder.inputType('RunFilter', {
  fields: (t) => ({
    kind: t.field({ type: [RunKindEnum] }),
    status: t.field({ type: [RunStatusEnum] }),
    name: t.string({ description: 'Runs that were asked to give their output this name.' }),
    tag: t.string(),
    createdAfter: t.field({ type: 'DateTime' }),
    createdBefore: t.field({ type: 'DateTime' }),
  }),
});

const RunOrder = builder.enumType('RunOrder', { values: ['NEWEST', 'OLDEST'] as const });

builder.queryFields((t) => ({
  run: t.field({
    type: RunInterface,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => loadRun(context, runId(id)),
  }),
  runs: t.connection({
    type: RunInterface,
    args: { filter: t.arg({ type: RunFilter }), orderBy: t.arg({ type: RunOrder, defaultValue: 'NEWEST' }) },
    resolve: (_root, args, context) => runConnection(context, args),
  }),
}));

builder.mutationFields((t) => ({
  cancelRun: t.field({
    type: RunInterface,
    description: 'Stops a run within seconds. Its checkpoint stays, so retryRun goes on from there.',
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, context) => {
      await cancelRun(context.lab, runId(id));
      return existingRun(context, runId(id));
    },
  }),
  retryRun: t.field({
    type: RunInterface,
    description: 'Puts a failed or cancelled run back into the queue.',
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, context) => {
      await retryRun(context.lab, runId(id));
      return existingRun(context, runId(id));
    },
  }),
  reproduceRun: t.field({
    type: RunInterface,
    description:
      'Runs a recipe again from its inputs, as a new run whose outputs should have the same digests.',
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, context) =>
      existingRun(context, await reproduce(context, await existingRun(context, runId(id)))),
  }),
}));

builder.subscriptionFields((t) => ({
  runEvents: t.field({
    type: RunEventType,
    description: 'Replays the events of a run after a sequence number, then follows it to its end.',
    args: { run: t.arg.id({ required: true }), after: t.arg.int({ defaultValue: 0 }) },
    subscribe: async (_root, { run, after }, context) => {
      await existingRun(context, runId(run));
      return context.feed.follow(runId(run), after!);
    },
    resolve: (event: RunEventRow) => event,
  }),
}));
