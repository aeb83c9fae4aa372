import { builder } from '#src/api/builder.ts';
import { page } from '#src/api/connection.ts';
import { batched, type Context } from '#src/api/context.ts';
import { UserError } from '#src/errors.ts';
import { cancelRun, retryRun } from '#src/runs/control.ts';
import { loadRun } from '#src/runs/load.ts';
import { RunErrorType, RunInterface, RunKindEnum } from '#src/runs/schema.ts';
import { readSpec } from './input.ts';
import { StudyInput } from './input-schema.ts';
import { pinRefs } from './pin.ts';
import { benchmarksOf, planStudy } from './plan.ts';
import { type Preview, previewStudy } from './preview.ts';
import { cancelStudy, findStudy, readSteps, type StepRow, type StudyRow, saveStudy } from './store.ts';
import { verifyStudy } from './verify.ts';

const StepStatusEnum = builder.enumType('StudyStepStatus', {
  values: {
    WAITING: { description: 'For the models it needs.' },
    SKIPPED: { description: 'It could not be launched, or a model it needs will not come.' },
    QUEUED: {},
    RUNNING: {},
    SUCCEEDED: {},
    FAILED: {},
    CANCELLED: {},
  },
});

const StudyStatusEnum = builder.enumType('StudyStatus', {
  values: {
    RUNNING: {},
    SUCCEEDED: {},
    FAILED: { description: 'Everything else has ended; some steps failed or were skipped.' },
    CANCELLED: { description: 'What was finished stays.' },
  },
});

const StepType = builder.objectRef<StepRow>('StudyStep').implement({
  fields: (t) => ({
    key: t.exposeString('key'),
    kind: t.expose('kind', { type: RunKindEnum }),
    status: t.expose('status', { type: StepStatusEnum }),
    after: t.exposeStringList('after'),
    run: t.field({
      type: RunInterface,
      nullable: true,
      resolve: (step, _args, context) => (step.runId ? loadRun(context, step.runId) : null),
    }),
    error: t.field({ type: RunErrorType, nullable: true, resolve: (step) => step.error }),
  }),
});
const StepConnection = builder.connectionObject({ type: StepType, name: 'StudyStepConnection' });

/** The steps of a study, read once an operation. */
export const loadSteps = batched<string, StepRow[]>((ids, { lab }) =>
  Promise.all(ids.map((id) => readSteps(lab.db.pool, id))),
);

const living = new Set(['WAITING', 'QUEUED', 'RUNNING']);
export function statusOf(study: StudyRow, steps: StepRow[]) {
  if (study.cancelledAt) return 'CANCELLED' as const;
  if (steps.some((step) => living.has(step.status))) return 'RUNNING' as const;
  return steps.every((step) => step.status === 'SUCCEEDED') ? ('SUCCEEDED' as const) : ('FAILED' as const);
}

const ProgressType = builder.objectRef<StepRow[]>('StudyProgress').implement({
  fields: (t) => ({
    total: t.int({ resolve: (steps) => steps.length }),
    succeeded: t.int({ resolve: (steps) => steps.filter((s) => s.status === 'SUCCEEDED').length }),
    failed: t.int({
      resolve: (steps) => steps.filter((s) => s.status === 'FAILED' || s.status === 'SKIPPED').length,
    }),
    running: t.int({ resolve: (steps) => steps.filter((s) => s.status === 'RUNNING').length }),
  }),
});

export const StudyType = builder.objectRef<StudyRow>('Study');
builder.node(StudyType, {
  description:
    'A named grid of runs: bases x compositions x factors x seeds, merges over them, and what all are measured on.',
  isTypeOf: (row) => 'cancelledAt' in (row as StudyRow) && 'spec' in (row as StudyRow),
  id: { resolve: (study) => study.name },
  loadMany: (names, { lab }) => names.map((name) => findStudy(lab.db.pool, name)),
  fields: (t) => ({
    name: t.exposeString('name'),
    spec: t.expose('spec', { type: 'JSON', description: 'As it was launched, defaults filled in.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    status: t.field({
      type: StudyStatusEnum,
      resolve: async (study, _args, context) => statusOf(study, await loadSteps(context, study.id)),
    }),
    progress: t.field({
      type: ProgressType,
      resolve: (study, _args, context) => loadSteps(context, study.id),
    }),
    benchmarks: t.stringList({ resolve: (study) => benchmarksOf(study.spec) }),
    steps: t.field({
      type: StepConnection,
      args: { ...t.arg.connectionArgs(), status: t.arg({ type: [StepStatusEnum] }) },
      resolve: async (study, { status, ...args }, context) => {
        const steps = (await loadSteps(context, study.id))
          .map((step, position) => ({ ...step, position }))
          .filter((step) => !status || status.includes(step.status));
        return page<StepRow & { position: number }>(
          args,
          (step) => [step.position],
          1,
          async (after, limit) =>
            steps.filter((step) => !after || step.position > Number(after[0])).slice(0, limit),
          async () => steps.length,
        );
      },
    }),
  }),
});

const PlannedRunsType = builder.objectRef<Preview['runs'][number]>('PlannedRuns').implement({
  fields: (t) => ({
    kind: t.expose('kind', { type: RunKindEnum }),
    planned: t.exposeInt('planned'),
    known: t.exposeInt('known', { description: 'Have been run already, here or in another study.' }),
  }),
});

interface Plan {
  preview: Preview;
  keys: string[];
}
const PlanType = builder.objectRef<Plan>('StudyPlan').implement({
  description: 'What launching a study would do. Nothing has been launched.',
  fields: (t) => ({
    runs: t.field({ type: [PlannedRunsType], resolve: (plan) => plan.preview.runs }),
    seconds: t.float({
      nullable: true,
      description:
        "Work that is left for one worker, from this laboratory's last runs alike; null when there were none.",
      resolve: (plan) => plan.preview.seconds,
    }),
    bytes: t.float({ description: 'Of the models to come.', resolve: (plan) => plan.preview.bytes }),
    steps: t.field({ type: ['String'], description: 'Keys of all steps.', resolve: (plan) => plan.keys }),
  }),
});

async function existing({ lab }: Context, name: string): Promise<StudyRow> {
  const study = await findStudy(lab.db.pool, name);
  if (study) return study;
  const message = `there is no study "${name.slice(0, 100)}"`;
  throw new UserError('NOT_FOUND', message, [{ path: 'name', message }]);
}

builder.queryFields((t) => ({
  study: t.field({
    type: StudyType,
    nullable: true,
    args: { name: t.arg.string({ required: true }) },
    resolve: (_root, { name }, { lab }) => findStudy(lab.db.pool, name),
  }),
  studies: t.connection({
    type: StudyType,
    resolve: (_root, args, { lab }) =>
      page<StudyRow>(
        args,
        (study) => [study.id],
        1,
        async (after, limit) => {
          const { rows } = await lab.db.pool.query(
            `SELECT id, name, spec, created_at AS "createdAt", cancelled_at AS "cancelledAt" FROM study
             WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2`,
            [after?.[0] ?? null, limit],
          );
          return rows;
        },
        () => lab.db.prisma.study.count(),
      ),
  }),
  planStudy: t.field({
    type: PlanType,
    args: { input: t.arg({ type: StudyInput, required: true }) },
    resolve: async (_root, { input }, context, { schema }) => {
      const steps = await pinRefs(context.lab.db.pool, planStudy(readSpec(input)));
      return { preview: await previewStudy(schema, context, steps), keys: steps.map((step) => step.key) };
    },
  }),
}));

builder.mutationFields((t) => ({
  launchStudy: t.field({
    type: StudyType,
    description:
      'Launches a study, or lets one of that name grow: what is there stays, new parts are run. What failed or was cancelled is tried again, from its checkpoint where it has one.',
    args: { input: t.arg({ type: StudyInput, required: true }) },
    resolve: async (_root, { input }, context, { schema }) => {
      const spec = readSpec(input);
      const steps = await pinRefs(context.lab.db.pool, planStudy(spec));
      // A study that would stumble over its first steps is refused whole, with the step's name.
      await previewStudy(schema, context, steps);
      const { study, stopped } = await saveStudy(context.lab.db, spec, steps);
      for (const run of stopped) await retryRun(context.lab, run);
      return study;
    },
  }),
  verifyStudy: t.field({
    type: StudyType,
    description:
      'Makes every finished run of the study again and compares digests; verification says how far that is.',
    args: { name: t.arg.string({ required: true }) },
    resolve: async (_root, { name }, context) => {
      const study = await existing(context, name);
      await verifyStudy(context, await loadSteps(context, study.id));
      return study;
    },
  }),
  cancelStudy: t.field({
    type: StudyType,
    description: 'Launches no more of it and cancels its runs, but for those that another study waits for.',
    args: { name: t.arg.string({ required: true }) },
    resolve: async (_root, { name }, context) => {
      const study = await existing(context, name);
      const runs = await context.lab.db.transaction((tx) => cancelStudy(tx, study.id));
      for (const run of runs) await cancelRun(context.lab, run);
      return existing(context, name);
    },
  }),
}));
