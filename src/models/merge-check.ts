import { join } from 'node:path';
import { builder } from '#src/api/builder.ts';
import type { Context } from '#src/api/context.ts';
import { loadRef } from '#src/lineage/entity.ts';
import { type Difference, severities } from './difference.ts';
import { modelFolder } from './folder.ts';
import { askedMerge, MergeInputType } from './merge-input.ts';
import { type MergeRecipe, soundRecipe } from './merge-recipe.ts';
import { mergekitYaml } from './mergekit.ts';
import { runProgram } from './program.ts';

const SeverityEnum = builder.enumType('MergeDifferenceSeverity', {
  description:
    'ERROR: these models cannot be merged. WARNING: they can, and the message says which side the result takes.',
  values: severities,
});

const DifferenceType = builder.objectRef<Difference>('MergeDifference').implement({
  description: 'Between a model of a merge and the first one, which is the base where there is one.',
  fields: (t) => ({
    severity: t.expose('severity', { type: SeverityEnum }),
    model: t.exposeString('model', {
      description: '"model 2": its place among the models; "the merge" where parameters do not fit a tensor.',
    }),
    what: t.exposeString('what', {
      description: 'What differs: pooling, normalize, dense, maxLength, tokenizer.json, tensor <name>, ...',
    }),
    message: t.exposeString('message'),
  }),
});

interface Check {
  differences: Difference[];
  recipe: MergeRecipe;
}
const CheckType = builder.objectRef<Check>('MergeCheck').implement({
  description: 'What launchMerge would say of a merge before it writes a byte.',
  fields: (t) => ({
    mergeable: t.boolean({
      resolve: ({ differences }) => differences.every(({ severity }) => severity !== 'ERROR'),
    }),
    differences: t.field({
      type: [DifferenceType],
      description: 'Errors first.',
      resolve: ({ differences }) =>
        severities.flatMap((of) => differences.filter(({ severity }) => severity === of)),
    }),
    parameters: t.field({
      type: 'JSON',
      description: 'The merge as its recipe would have it, with every default spelled out.',
      resolve: ({ recipe }) => recipe.params,
    }),
    yaml: t.string({
      description: 'The merge as a mergekit configuration.',
      resolve: ({ recipe }, _args, context) => yamlOf(context, recipe),
    }),
  }),
});

/** The merge over models by their refs. */
export async function yamlOf(
  context: Context,
  { params, inputs }: Omit<MergeRecipe, 'used'>,
): Promise<string> {
  const refs = async (of: string) =>
    Promise.all(
      inputs
        .filter(({ role }) => role === of)
        .map(({ digest }) => loadRef(context, { kind: 'MODEL', digest })),
    );
  const [[base = null], models] = await Promise.all([refs('base'), refs('model')]);
  return mergekitYaml(params, { base, models });
}

builder.queryField('checkMerge', (t) =>
  t.field({
    type: CheckType,
    description:
      'Compares the models of a merge and fits its parameters to their tensors without running it. What launchMerge would refuse of the input itself is an error here too.',
    args: { input: t.arg({ type: MergeInputType, required: true }) },
    resolve: async (_root, { input }, context): Promise<Check> => {
      const recipe = soundRecipe(await askedMerge(context, input));
      return { recipe, differences: await compared(context, recipe) };
    },
  }),
);

/** One at a time: each is a process that reads the tokenizers of all models. */
let last: Promise<unknown> = Promise.resolve();

function compared({ lab, config }: Context, { params, inputs }: MergeRecipe): Promise<Difference[]> {
  const comparing = last.then(async () => {
    const folders = [];
    for (const { role, digest } of inputs) {
      const path = await modelFolder(lab.db, lab.store, join(config.home, 'cache', 'models'), digest);
      folders.push({ role, digest, path });
    }
    return runProgram<Difference[]>('merge/check.ts', [], { params, inputs: folders });
  });
  last = comparing.catch(() => {});
  return comparing;
}
