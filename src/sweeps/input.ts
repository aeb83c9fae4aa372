import { builder } from '#src/api/builder.ts';
import type { Context } from '#src/api/context.ts';
import { badInput } from '#src/errors.ts';
import { CriterionEnum } from '#src/evaluation/enums.ts';
import { DirectionInput, scoringFields } from '#src/evaluation/launch.ts';
import { askedMerge, inputName, MergeInputType } from '#src/models/merge-input.ts';
import { type Asked, type MergeRecipe, soundRecipe } from '#src/models/merge-recipe.ts';
import { resolveRef } from '#src/names/ref.ts';
import { canonicalJson } from '#src/recipes/canonical.ts';
import { mergeParameterNames, mergeParameters } from '#src/recipes/merging.ts';
import { type Axis, gridOf, simplex, weightedBy, wiseFt } from './points.ts';

export const SweepStrategyEnum = builder.enumType('SweepStrategy', {
  description: 'Which merges are measured.',
  values: {
    GRID: { description: 'Every combination of the axes with every list of weights.' },
    SIMPLEX: {
      description: 'Weights that sum to 1, in steps of 1 / steps, with every combination of the axes.',
    },
    WISE_FT: {
      description:
        'The line from a base (alpha 0) to its fine-tuned model (alpha 1), in steps of 1 / steps. Robust fine-tuning of zero-shot models (Wortsman et al. 2022).',
    },
    GREEDY: {
      description:
        'Each model alone, then a plain average to which they are added, best first, where the criterion does not fall. Model soups (Wortsman et al. 2022).',
    },
  } as const,
});

const SweepAxisInput = builder.inputType('SweepAxisInput', {
  fields: (t) => ({
    parameter: t.string({
      required: true,
      description: 'A parameter of the method that is a number: weight, density, t, lambda, seed, ...',
    }),
    model: t.string({ description: 'The model whose parameter it is; left out: of the whole merge.' }),
    values: t.floatList({ required: true }),
  }),
});

export const LaunchMergeSweepInput = builder.inputType('LaunchMergeSweepInput', {
  fields: (t) => ({
    name: t.string({ description: 'A name for the run.' }),
    merge: t.field({
      type: MergeInputType,
      required: true,
      description: 'Method, models and the parameters that stay as they are.',
    }),
    strategy: t.field({ type: SweepStrategyEnum, defaultValue: 'GRID' as const }),
    axes: t.field({ type: [SweepAxisInput] }),
    weights: t.field({
      type: t.listRef(t.listRef('Float')),
      description: 'Lists of a weight for each model, of GRID.',
    }),
    steps: t.int({ defaultValue: 10, description: 'Of SIMPLEX and WISE_FT.' }),
    benchmark: t.string({ required: true, description: 'What the merges are measured on.' }),
    selectionBenchmark: t.string({
      description: 'The best is chosen on this one; left out: on a share of the queries of `benchmark`.',
    }),
    selectionShare: t.float({
      description:
        'Share of the queries that chooses; the others test. Drawn by seed and, by `cluster`, with what must stay together. 0.5 when left out.',
    }),
    directions: t.field({ type: [DirectionInput], description: 'All that the benchmark has when left out.' }),
    metric: t.string({ defaultValue: 'nDCG@10' }),
    depth: t.int({ defaultValue: 100, description: 'Documents kept per query.' }),
    criterion: t.field({ type: CriterionEnum, defaultValue: 'MEAN' as const }),
    maxMonoLoss: t.float({
      description:
        'A merge whose Mono is further below the reference’s on the selection queries is not chosen.',
    }),
    reference: t.string({
      description:
        'A model that the merges stand against. Left out: the base of the merge, or its first model.',
    }),
    ...scoringFields(t),
  }),
});
export type SweepInput = typeof LaunchMergeSweepInput.$inferInput;

export interface AskedSweep {
  /** The merge as written, its refs resolved. */
  asked: Asked;
  /** One for each point, all over the same inputs. A greedy soup has one, of all models. */
  recipes: MergeRecipe[];
}

export async function askedSweep(context: Context, input: SweepInput): Promise<AskedSweep> {
  const written = await askedMerge(context, input.merge, 'input.merge');
  const strategy = input.strategy ?? 'GRID';
  const axes = await axesOf(context, input, written);
  refuseIdle(input, strategy, axes);
  if (strategy === 'GREEDY') {
    if (written.method !== 'LINEAR' || written.base !== null)
      throw badInput(written.path, 'a greedy soup is a plain average of models: leave method and base out');
    const [equal] = weightedBy(written, [written.models.map(() => 1)], 'input.strategy');
    return { asked: written, recipes: [soundRecipe(equal)] };
  }
  const asked = strategy === 'WISE_FT' ? wiseFt(written) : written;
  const points = gridOf(asked, axes, 'input.axes').flatMap((point) => {
    if (strategy !== 'GRID') {
      const steps = stepsOf(input);
      const lists = simplex(point.models.length, steps, 'input.steps');
      // From the first model to the last: of WISE_FT, alpha grows.
      return weightedBy(point, lists, 'input.steps');
    }
    return input.weights ? weightedBy(point, input.weights, 'input.weights') : [point];
  });
  return { asked, recipes: distinct(points.map(soundRecipe)) };
}

/** Two combinations may come to one merge, which is measured once. */
const distinct = (recipes: MergeRecipe[]) => [
  ...new Map(recipes.map((recipe) => [canonicalJson(recipe.params), recipe])).values(),
];

function stepsOf({ steps }: SweepInput): number {
  if (steps! < 1) throw badInput('input.steps', `steps is ${steps}; take 1 or more`);
  return steps!;
}

function refuseIdle({ weights }: SweepInput, strategy: string, axes: Axis[]) {
  if (weights && strategy !== 'GRID')
    throw badInput('input.weights', `${strategy} makes the weights itself; lists of weights are of GRID`);
  if (axes.length && (strategy === 'GREEDY' || strategy === 'WISE_FT'))
    throw badInput('input.axes', `${strategy} has no axes; they are of GRID and SIMPLEX`);
  if (strategy === 'GRID' && !weights && axes.length === 0)
    throw badInput('input.axes', 'a grid needs axes, weights or both');
}

async function axesOf({ lab }: Context, { axes }: SweepInput, { models }: Asked): Promise<Axis[]> {
  return Promise.all(
    (axes ?? []).map(async ({ parameter, model, values }, i) => {
      const path = `input.axes[${i}]`;
      const name = mergeParameterNames.find((of) => inputName(of) === parameter);
      if (!name || !['SETTING', 'NUMBER', 'INTEGER'].includes(mergeParameters[name].type))
        throw badInput(`${path}.parameter`, `"${parameter.slice(0, 40)}" is no parameter that is a number`);
      if (values.length === 0) throw badInput(`${path}.values`, 'give at least one value');
      if (model == null) return { name, model: null, values, path };
      if (!mergeParameters[name].each)
        throw badInput(`${path}.model`, `${parameter} is of the whole merge; leave the model out`);
      const digest = await resolveRef(lab.db.pool, 'MODEL', model, `${path}.model`);
      const place = models.findIndex((one) => one.digest === digest);
      if (place < 0)
        throw badInput(`${path}.model`, `"${model.slice(0, 100)}" is none of the merge's models`);
      return { name, model: place, values, path };
    }),
  );
}
