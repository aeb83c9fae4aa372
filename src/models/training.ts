import { builder } from '#src/api/builder.ts';
import type { Context } from '#src/api/context.ts';
import { ArtifactOutputType } from '#src/artifacts/schema.ts';
import { badInput, UserError } from '#src/errors.ts';
import { DirectionInput } from '#src/evaluation/launch.ts';
import { parseMeasure } from '#src/evaluation/measures.ts';
import { loadRow } from '#src/lineage/entity.ts';
import { resolveRef } from '#src/names/ref.ts';
import { batchings, pairings, parallelNegatives } from '#src/recipes/composition.ts';
import { type keeps, poolings, schedules, selections, type TrainingParams } from '#src/recipes/training.ts';
import type { UsedEntity } from '#src/runs/launch.ts';
import { given, launchFields, launchRun } from '#src/runs/mutation.ts';
import { artifactsOf, outputOf, runType } from '#src/runs/types.ts';
import { ModelType } from './schema.ts';

const TrainingRunType = runType('TRAINING', 'Trains a model on a composition.');
builder.objectFields(TrainingRunType, (t) => ({
  model: t.field({
    type: ModelType,
    nullable: true,
    resolve: (run, _args, context) => outputOf(context, run, 'MODEL'),
  }),
  artifacts: t.field({
    type: [ArtifactOutputType],
    description: 'The composition as it was trained on.',
    resolve: (run, _args, context) => artifactsOf(context, run),
  }),
}));

export const PairingEnum = builder.enumType('Pairing', { values: pairings });
export const BatchingEnum = builder.enumType('Batching', { values: batchings });
export const ParallelNegativesEnum = builder.enumType('ParallelNegatives', { values: parallelNegatives });
const PoolingEnum = builder.enumType('Pooling', { values: poolings });
export const ScheduleEnum = builder.enumType('Schedule', { values: schedules });

export const ComponentInput = builder.inputType('ComponentInput', {
  description:
    'Which query language is paired with which passage language, from which corpus, and how much of it.',
  fields: (t) => ({
    corpus: t.string({ required: true }),
    pairing: t.field({ type: PairingEnum, defaultValue: 'PASSAGE' }),
    queryLang: t.string({ required: true }),
    positiveLang: t.string({ required: true }),
    negativeLangs: t.stringList({ description: 'Languages of the hard negatives that pair units bring.' }),
    share: t.float({ required: true, description: 'Relative weight; shares are normalised.' }),
  }),
});

const CompositionInput = builder.inputType('CompositionInput', {
  fields: (t) => ({
    components: t.field({ type: [ComponentInput], required: true }),
    batching: t.field({ type: BatchingEnum, defaultValue: 'MIXED' }),
    parallelNegatives: t.field({ type: ParallelNegativesEnum, defaultValue: 'MASK' }),
  }),
});

export const StaticInput = builder.inputType('StaticInput', {
  description: 'A bag of token embeddings from scratch: trains in seconds.',
  fields: (t) => ({ dimension: t.int({ defaultValue: 256 }), tokenizer: t.string({ required: true }) }),
});

export const BertInput = builder.inputType('BertInput', {
  description: 'A BERT encoder from random weights.',
  fields: (t) => ({
    layers: t.int({ defaultValue: 4 }),
    hidden: t.int({ defaultValue: 256 }),
    heads: t.int({ defaultValue: 4 }),
    ffn: t.int({ defaultValue: 1024 }),
    maxLength: t.int({ defaultValue: 128 }),
    pooling: t.field({ type: PoolingEnum, defaultValue: 'MEAN' }),
    tokenizer: t.string({ required: true }),
  }),
});

const InitInput = builder.inputType('InitInput', {
  description: 'What training begins with.',
  isOneOf: true,
  fields: (t) => ({
    static: t.field({ type: StaticInput }),
    bert: t.field({ type: BertInput }),
    model: t.string({ description: 'Ref of a model to go on from.' }),
  }),
});

export const FreezeInput = builder.inputType('FreezeInput', {
  description: 'Parts of an encoder that keep their bytes and cost no backward work.',
  fields: (t) => ({
    embeddings: t.boolean({ defaultValue: false, description: 'All embedding tables and their LayerNorm.' }),
    layers: t.int({ defaultValue: 0, description: 'So many layers from below.' }),
  }),
});

export const MatryoshkaInput = builder.inputType('MatryoshkaInput', {
  fields: (t) => ({
    dimension: t.int({ required: true }),
    weight: t.float({ defaultValue: 1, description: 'What its loss counts.' }),
  }),
});

export const DistillationInput = builder.inputType('DistillationInput', {
  description:
    'Query and positive are both drawn to the vector that the teacher gives the query, by mean squared error (Reimers and Gurevych 2020).',
  fields: (t) => ({
    teacher: t.string({ required: true, description: 'Ref of a model whose vectors are as long as these.' }),
    weight: t.float({ defaultValue: 1 }),
    contrastive: t.float({ defaultValue: 0, description: 'What InfoNCE counts beside it; 0: nothing.' }),
  }),
});

const SelectionEnum = builder.enumType('TrainingSelection', {
  description: 'The average over directions that says which step is best.',
  values: selections,
});
const KeepEnum = builder.enumType('TrainingKeep', {
  values: {
    LAST: { description: 'The model is that of the last step.' },
    BEST: { description: 'The model is that of the best measurement, the first of equals.' },
  } satisfies Record<(typeof keeps)[number], object>,
});

const DevelopmentInput = builder.inputType('TrainingEvaluationInput', {
  description:
    'The model in training is measured as an evaluation would measure it; series "dev nDCG@10 ko-en", "dev Mono", "dev CLIR".',
  fields: (t) => ({
    benchmark: t.string({ required: true }),
    every: t.int({
      required: true,
      description: 'Steps between two measurements; the last step is measured too.',
    }),
    metric: t.string({ defaultValue: 'nDCG@10' }),
    directions: t.field({ type: [DirectionInput], description: 'Default: all that the benchmark has.' }),
    select: t.field({ type: SelectionEnum, defaultValue: 'ALL' }),
    keep: t.field({ type: KeepEnum, defaultValue: 'BEST' }),
  }),
});

const LaunchTrainingInput = builder.inputType('LaunchTrainingInput', {
  fields: (t) => ({
    ...launchFields(t, 'the model'),
    init: t.field({ type: InitInput, required: true }),
    composition: t.field({ type: CompositionInput, required: true }),
    steps: t.int({ description: 'Optimizer steps; give either steps or epochs.' }),
    epochs: t.float(),
    batchSize: t.int({ defaultValue: 256 }),
    temperature: t.float({ defaultValue: 0.05 }),
    symmetric: t.boolean({
      description: 'Half the loss finds the anchor for its positive, among the anchors of the batch.',
    }),
    accumulate: t.int({
      description: 'Batches, each with negatives of its own, whose mean gradient is one step. Default: 1.',
    }),
    miniBatch: t.int({
      description:
        'GradCache (Gao et al. 2021): rows of a batch in memory at a time; the gradient is that of the whole batch.',
    }),
    freeze: t.field({ type: FreezeInput }),
    matryoshka: t.field({
      type: [MatryoshkaInput],
      description: 'Prefixes of the vector that are trained like the whole, which counts only if named.',
    }),
    distillation: t.field({ type: DistillationInput }),
    evaluation: t.field({ type: DevelopmentInput }),
    learningRate: t.float({
      description: 'Default: 3e-3 for static models, 2e-4 for encoders from scratch, 2e-5 for others.',
    }),
    warmupSteps: t.int({ description: 'Default: a tenth of the steps, at most 100.' }),
    schedule: t.field({ type: ScheduleEnum, defaultValue: 'COSINE' }),
    weightDecay: t.float({ defaultValue: 0.01 }),
    beta1: t.float({ defaultValue: 0.9 }),
    beta2: t.float({ defaultValue: 0.999 }),
    epsilon: t.float({ defaultValue: 1e-8 }),
    clipNorm: t.float({ defaultValue: 1, description: 'Largest global gradient norm; 0: no clipping.' }),
    maxQueryLength: t.int({ defaultValue: 64, description: 'Tokens kept of a query.' }),
    maxPassageLength: t.int({ defaultValue: 128 }),
    seed: t.int({ defaultValue: 0 }),
    checkpointEvery: t.int({ defaultValue: 100, description: 'Steps between checkpoints.' }),
  }),
});

type Input = typeof LaunchTrainingInput.$inferInput;
type FreezeParams = NonNullable<TrainingParams['freeze']>;
type MatryoshkaParams = NonNullable<TrainingParams['matryoshka']>[number];

builder.mutationField('launchTraining', (t) =>
  t.field({
    type: TrainingRunType,
    args: { input: t.arg({ type: LaunchTrainingInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const {
        name: _name,
        onExisting: _onExisting,
        force: _force,
        init: _init,
        composition: _composition,
        distillation: _distillation,
        evaluation: _evaluation,
        freeze,
        matryoshka,
        ...settings
      } = given(input);
      const init = await resolveInit(context, input.init);
      const { components, corpora } = await resolveComponents(context, input.composition.components);
      if ((input.steps == null) === (input.epochs == null))
        throw badInput('input.steps', 'give either steps or epochs, and not both');
      const beside = await resolveBeside(context, input);
      const used: UsedEntity[] = [
        ...corpora.map((digest) => ({ kind: 'CORPUS' as const, digest, role: 'corpus' })),
        init.used,
        ...beside.used,
      ];
      const inputs = used.map(({ role, digest }) => ({ role, digest }));
      return launchRun(context, input, {
        kind: 'TRAINING',
        params: {
          ...(settings as Required<typeof settings>),
          ...(beside.params as object),
          ...(freeze && { freeze: freeze as Required<FreezeParams> }),
          ...(matryoshka && { matryoshka: matryoshka as Required<MatryoshkaParams>[] }),
          init: init.params,
          composition: {
            components,
            batching: input.composition.batching!,
            parallelNegatives: input.composition.parallelNegatives!,
          },
          learningRate: input.learningRate ?? init.learningRate,
          warmupSteps: input.warmupSteps ?? Math.min(100, Math.floor((input.steps ?? 1000) / 10)),
          checkpointEvery: input.checkpointEvery!,
        },
        inputs,
        used,
        makes: 'MODEL',
      });
    },
  }),
);

async function resolveInit(context: Context, init: Input['init']) {
  const { pool } = context.lab.db;
  const tokenizer = async (ref: string, path: string) => {
    const digest = await resolveRef(pool, 'TOKENIZER', ref, path);
    return { digest, used: { kind: 'TOKENIZER' as const, digest, role: 'tokenizer' } };
  };
  if (init.static) {
    const { digest, used } = await tokenizer(init.static.tokenizer, 'input.init.static.tokenizer');
    return {
      params: { architecture: 'STATIC' as const, dimension: init.static.dimension!, tokenizer: digest },
      used,
      learningRate: 3e-3,
    };
  }
  if (init.bert) {
    const { tokenizer: ref, ...shape } = given(init.bert) as Required<typeof init.bert>;
    const { digest, used } = await tokenizer(ref, 'input.init.bert.tokenizer');
    if (shape.hidden! % shape.heads! !== 0)
      throw badInput(
        'input.init.bert.heads',
        `hidden ${shape.hidden} does not divide into ${shape.heads} heads`,
      );
    return {
      params: { architecture: 'BERT' as const, ...(shape as never as BertShape), tokenizer: digest },
      used,
      learningRate: 2e-4,
    };
  }
  const digest = await resolveRef(pool, 'MODEL', init.model!, 'input.init.model');
  const model = await loadRow(context, 'MODEL', digest);
  return {
    params: { architecture: 'MODEL' as const, model: digest },
    used: { kind: 'MODEL' as const, digest, role: 'model' },
    learningRate: model!.architecture === 'STATIC' ? 3e-3 : 2e-5,
  };
}

interface BertShape {
  layers: number;
  hidden: number;
  heads: number;
  ffn: number;
  maxLength: number;
  pooling: (typeof poolings)[number];
}

/** The teacher and the benchmark that a training has beside what it learns from. */
async function resolveBeside({ lab }: Context, { distillation, evaluation }: Input) {
  const params: Record<string, unknown> = {};
  const used: UsedEntity[] = [];
  if (distillation) {
    const path = 'input.distillation.teacher';
    const digest = await resolveRef(lab.db.pool, 'MODEL', distillation.teacher, path);
    used.push({ kind: 'MODEL', digest, role: 'teacher' });
    params.distillation = { ...given(distillation), teacher: digest };
  }
  if (evaluation) {
    const path = 'input.evaluation.benchmark';
    const digest = await resolveRef(lab.db.pool, 'BENCHMARK', evaluation.benchmark, path);
    parseMeasure(evaluation.metric!, 'input.evaluation.metric');
    used.push({ kind: 'BENCHMARK', digest, role: 'benchmark' });
    params.evaluation = { ...given(evaluation), benchmark: digest };
  }
  return { params, used };
}

/** Refs to digests, and the mistakes that can be told without reading the corpus. */
async function resolveComponents(context: Context, components: Input['composition']['components']) {
  const resolved = await Promise.all(
    components.map(async (component, i) => {
      const at = `input.composition.components[${i}]`;
      const corpus = await resolveRef(context.lab.db.pool, 'CORPUS', component.corpus, `${at}.corpus`);
      const row = await loadRow(context, 'CORPUS', corpus);
      const languages = [
        ['queryLang', component.queryLang],
        ['positiveLang', component.positiveLang],
        ...(component.negativeLangs ?? []).map((language, k) => [`negativeLangs[${k}]`, language]),
      ];
      for (const [field, language] of languages)
        if (!row!.languages.includes(language))
          throw badInput(
            `${at}.${field}`,
            `corpus "${component.corpus}" has no "${language.slice(0, 40)}"; it has ${row!.languages.join(', ')}`,
          );
      if (!(component.share > 0))
        throw badInput(`${at}.share`, `share is ${component.share}; it must be greater than 0`);
      return { ...given(component), corpus, pairing: component.pairing! };
    }),
  );
  if (resolved.length === 0)
    throw new UserError('BAD_USER_INPUT', 'a composition needs at least one component', [
      { path: 'input.composition.components', message: 'a composition needs at least one component' },
    ]);
  return { components: resolved, corpora: [...new Set(resolved.map((component) => component.corpus))] };
}
