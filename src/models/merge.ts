import { builder } from '#src/api/builder.ts';
import type { Context } from '#src/api/context.ts';
import { UserError } from '#src/errors.ts';
import { launchFields, launchRun } from '#src/runs/mutation.ts';
import { outputOf, runType } from '#src/runs/types.ts';
import { askedMerge, mergeFields } from './merge-input.ts';
import { type Asked, type MergeRecipe, mergeRecipe, refuseZeroSum } from './merge-recipe.ts';
import { ModelType } from './schema.ts';

export const MergeRunType = runType('MERGE', 'Averages the weights of models.');
builder.objectFields(MergeRunType, (t) => ({
  model: t.field({
    type: ModelType,
    nullable: true,
    resolve: (run, _args, context) => outputOf(context, run, 'MODEL'),
  }),
}));

const LaunchMergeInput = builder.inputType('LaunchMergeInput', {
  fields: (t) => ({ ...launchFields(t, 'the merged model'), ...mergeFields(t) }),
});

builder.mutationField('launchMerge', (t) =>
  t.field({
    type: MergeRunType,
    args: { input: t.arg({ type: LaunchMergeInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const asked = await askedMerge(context, input);
      const recipe = mergeRecipe(asked);
      refuseZeroSum(recipe, asked.modelsPath);
      await checkMergeable(context, recipe, asked);
      return launchRun(context, input, { kind: 'MERGE', ...recipe, makes: 'MODEL' });
    },
  }),
);

/** What the rows already tell; the run compares every tensor before it writes a byte. */
export async function checkMergeable({ lab }: Context, { inputs }: MergeRecipe, asked: Asked) {
  const rows = await lab.db.prisma.model.findMany({
    where: { digest: { in: inputs.map(({ digest }) => digest) } },
  });
  const models = inputs.map(({ digest }) => rows.find((row) => row.digest === digest)!);
  const [first] = models;
  const issues = models.slice(1).flatMap((model) => {
    const at = asked.models.find(({ digest }) => digest === model.digest)!.path;
    const path = at === asked.path ? at : `${at}.model`;
    const its = inputs[0].role === 'base' ? 'the base' : 'the first model';
    const differ = (what: string, a: unknown, b: unknown) =>
      a === b ? [] : [{ path, message: `${what} differs: ${its} has ${a}, this one ${b}` }];
    return [
      ...differ('architecture', first.architecture, model.architecture),
      ...differ('dimension', first.dimension, model.dimension),
      ...differ('number of parameters', first.parameters.toString(), model.parameters.toString()),
    ];
  });
  if (issues.length)
    throw new UserError('BAD_USER_INPUT', `these models cannot be merged: ${issues[0].message}`, issues);
}
