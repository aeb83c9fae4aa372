import { builder } from '#src/api/builder.ts';
import type { Context } from '#src/api/context.ts';
import { UserError } from '#src/errors.ts';
import { resolveRef } from '#src/names/ref.ts';
import { launchFields, launchRun } from '#src/runs/mutation.ts';
import { outputOf, runType } from '#src/runs/types.ts';
import { ModelType } from './schema.ts';

const MergeRunType = runType('MERGE', 'Averages the weights of models.');
builder.objectFields(MergeRunType, (t) => ({
  model: t.field({
    type: ModelType,
    nullable: true,
    resolve: (run, _args, context) => outputOf(context, run, 'MODEL'),
  }),
}));

const MergeMethodEnum = builder.enumType('MergeMethod', {
  values: {
    LINEAR: {
      description:
        'The weighted sum of the weights, over the sum of the weights when normalised (Wortsman et al. 2022).',
    },
  },
});

const MergeInputModel = builder.inputType('MergeModelInput', {
  fields: (t) => ({ model: t.string({ required: true }), weight: t.float({ defaultValue: 1 }) }),
});

const LaunchMergeInput = builder.inputType('LaunchMergeInput', {
  fields: (t) => ({
    ...launchFields(t, 'the merged model'),
    method: t.field({ type: MergeMethodEnum, defaultValue: 'LINEAR' }),
    models: t.field({ type: [MergeInputModel], required: true }),
    normalize: t.boolean({ defaultValue: true, description: 'Divide by the sum of the weights.' }),
  }),
});

builder.mutationField('launchMerge', (t) =>
  t.field({
    type: MergeRunType,
    args: { input: t.arg({ type: LaunchMergeInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      if (input.models.length < 2) throw bad('a merge takes two models or more', 'input.models');
      const weights = input.models.map(({ weight }) => weight ?? 1);
      if (input.normalize && Math.abs(weights.reduce((sum, weight) => sum + weight, 0)) < 1e-12)
        throw bad(
          'the weights sum to 0, so they cannot be normalised; change one, or pass normalize: false',
          'input.models',
        );
      const digests = await Promise.all(
        input.models.map(({ model }, i) =>
          resolveRef(context.lab.db.pool, 'MODEL', model, `input.models[${i}].model`),
        ),
      );
      await checkMergeable(context, digests);
      return launchRun(context, input, {
        kind: 'MERGE',
        params: { method: input.method as 'LINEAR', weights, normalize: input.normalize! },
        inputs: digests.map((digest) => ({ role: 'model', digest })),
        used: digests.map((digest, i) => ({ kind: 'MODEL', digest, role: 'model', weight: weights[i] })),
        makes: 'MODEL',
      });
    },
  }),
);

const bad = (message: string, path: string) => new UserError('BAD_USER_INPUT', message, [{ path, message }]);

/** What the rows already tell; the run compares every tensor before it writes a byte. */
async function checkMergeable({ lab }: Context, digests: string[]) {
  const rows = await lab.db.prisma.model.findMany({
    where: { digest: { in: digests } },
    include: { files: true },
  });
  const models = digests.map((digest) => rows.find((row) => row.digest === digest)!);
  const tokenizer = (model: (typeof rows)[number]) =>
    model.files
      .filter((file) => /(^|\/)tokenizer\.json$/.test(file.path))
      .map((file) => file.digest)
      .join();
  const issues = models.slice(1).flatMap((model, i) => {
    const path = `input.models[${i + 1}].model`;
    const differ = (what: string, first: unknown, other: unknown) =>
      first === other
        ? []
        : [{ path, message: `${what} differs: the first model has ${first}, this one ${other}` }];
    const [first] = models;
    return [
      ...differ('architecture', first.architecture, model.architecture),
      ...differ('dimension', first.dimension, model.dimension),
      ...differ('number of parameters', first.parameters.toString(), model.parameters.toString()),
      ...(tokenizer(first) === tokenizer(model)
        ? []
        : [{ path, message: "its tokenizer is not the first model's" }]),
    ];
  });
  if (issues.length)
    throw new UserError('BAD_USER_INPUT', `these models cannot be merged: ${issues[0].message}`, issues);
}
