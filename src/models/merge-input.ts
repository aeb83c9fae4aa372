import { builder } from '#src/api/builder.ts';
import type { Context } from '#src/api/context.ts';
import { badInput } from '#src/errors.ts';
import { resolveRef } from '#src/names/ref.ts';
import {
  type MergeMethodName,
  type MergeParameterName,
  mergeMethodNames,
  mergeMethods,
  mergeParameterNames,
  mergeParameters,
  rescales,
} from '#src/recipes/merging.ts';
import { type Setting, setting } from '#src/recipes/setting.ts';
import type { Asked, Given } from './merge-recipe.ts';
import { mergekitName, readMergekit } from './mergekit-reader.ts';

export const MergeMethodEnum = builder.enumType('MergeMethod', {
  description: 'theta_i: the models, theta_0: the base, tau_i = theta_i - theta_0; everything is per tensor.',
  values: Object.fromEntries(
    mergeMethodNames.map((name) => [
      name,
      { description: `${mergeMethods[name].formula}. ${mergeMethods[name].paper.title}.` },
    ]),
  ) as Record<MergeMethodName, { description: string }>,
});

const RescaleEnum = builder.enumType('MergeRescale', { values: rescales });

/** Parameters that an input has a field for, under the name of one model's value. */
const fieldOf = {
  weights: 'weight',
  densities: 'density',
  gammas: 'gamma',
  epsilons: 'epsilon',
  scales: 'scale',
} as const;
export const inputName = (name: MergeParameterName): string => fieldOf[name as keyof typeof fieldOf] ?? name;

const VaryingInput = builder.inputType('MergeVaryingInput', {
  description:
    'A parameter that differs by tensor or layer. Of several for one parameter the first decides whose filter is part of the tensor’s name.',
  fields: (t) => ({
    parameter: t.string({
      required: true,
      description: 'weight, density, gamma, epsilon, scale, t, lambda or selectTopk.',
    }),
    filter: t.string({ description: 'Left out: every tensor.' }),
    value: t.float(),
    gradient: t.floatList({
      description: 'Instead of a value: from the first layer to the last, with equal steps between.',
    }),
  }),
});

export type InputBuilder = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0];
const about = (name: MergeParameterName) => ({ description: mergeParameters[name].about });
/** What each model may have a value of its own for. */
export const eachNumbers = (t: InputBuilder) => ({
  density: t.float(about('densities')),
  gamma: t.float(about('gammas')),
  epsilon: t.float(about('epsilons')),
  scale: t.float(about('scales')),
});
const eachFields = (t: InputBuilder) => ({
  ...eachNumbers(t),
  varying: t.field({ type: [VaryingInput] }),
});

/** What holds for the whole merge. */
export const wholeFields = (t: InputBuilder) => ({
  normalize: t.boolean({ description: 'Divide by the sum of the weights. Defaults: see mergeMethods.' }),
  t: t.float(about('t')),
  lambda: t.float(about('lambda')),
  selectTopk: t.float(about('selectTopk')),
  rescale: t.field({ type: RescaleEnum, ...about('rescale') }),
  normalizeWeights: t.boolean(about('normalizeWeights')),
  eps: t.float(about('eps')),
  maxIterations: t.int(about('maxIterations')),
  tolerance: t.float(about('tolerance')),
  flatten: t.boolean(about('flatten')),
  rowWise: t.boolean(about('rowWise')),
  filterWise: t.boolean(about('filterWise')),
  seed: t.int(about('seed')),
});

export const MergeModelInput = builder.inputType('MergeModelInput', {
  fields: (t) => ({
    model: t.string({ required: true }),
    weight: t.float({ description: '1 when left out.' }),
    ...eachFields(t),
  }),
});

export const mergeFields = (t: InputBuilder) => ({
  method: t.field({ type: MergeMethodEnum, defaultValue: 'LINEAR' as const }),
  base: t.string({
    description: 'The model that the others were made from, for methods that merge differences.',
  }),
  models: t.field({
    type: [MergeModelInput],
    description: 'In the order of the recipe. The base may be among them.',
  }),
  yaml: t.string({
    description:
      'The merge as a mergekit configuration, instead of method, base, models and parameters. Models are refs of this laboratory; what cannot be honoured is an error.',
  }),
  ...eachFields(t),
  ...wholeFields(t),
});

export const MergeInputType = builder.inputType('MergeInput', { fields: mergeFields });
export type MergeInput = typeof MergeInputType.$inferInput;

/** The merge that an input asks for, its refs resolved. */
export async function askedMerge({ lab }: Context, input: MergeInput, at = 'input'): Promise<Asked> {
  const digest = (ref: string, path: string) => resolveRef(lab.db.pool, 'MODEL', ref, path);
  const common = { path: at, basePath: `${at}.base`, modelsPath: `${at}.models` };
  if (input.yaml != null) {
    const path = `${at}.yaml`;
    const also = ['base', 'models', 'varying', ...mergeParameterNames.map(inputName)].find(
      (field) => input[field as keyof MergeInput] != null,
    );
    if (also) throw badInput(`${at}.${also}`, 'the merge stands in yaml already; give one or the other');
    const { models, base, ...rest } = readMergekit(input.yaml, path);
    return {
      ...{ ...rest, path, basePath: path, modelsPath: path, nameOf: mergekitName },
      base: base === null ? null : await digest(base, path),
      models: await Promise.all(models.map(async (m) => ({ ...m, digest: await digest(m.ref, path) }))),
    };
  }
  if (!input.models)
    throw badInput(common.modelsPath, 'name the models to merge, or give a mergekit configuration');
  const models = await Promise.all(
    input.models.map(async (model, i) => ({
      digest: await digest(model.model, `${at}.models[${i}].model`),
      given: givenIn(model, `${at}.models[${i}]`, true),
      path: `${at}.models[${i}]`,
    })),
  );
  return {
    ...common,
    method: input.method as MergeMethodName,
    base: input.base == null ? null : await digest(input.base, common.basePath),
    models,
    given: givenIn(input, at, false),
    nameOf: inputName,
  };
}

type Fields = Partial<MergeInput & NonNullable<MergeInput['models']>[number]>;

/** @param one the input is of one model, which has no parameters that hold for all */
export function givenIn(input: Fields, at: string, one: boolean): Given {
  const given: Given = {};
  for (const name of mergeParameterNames) {
    const value = input[inputName(name) as keyof Fields];
    if (value != null) given[name] = value as never;
  }
  const varying = new Map<MergeParameterName, { filter?: string; value: Setting }[]>();
  input.varying?.forEach(({ parameter, filter, value, gradient }, i) => {
    const path = `${at}.varying[${i}]`;
    const name = mergeParameterNames.find((of) => inputName(of) === parameter);
    if (!name || mergeParameters[name].type !== 'SETTING' || (one && !mergeParameters[name].each))
      throw badInput(
        `${path}.parameter`,
        `"${parameter.slice(0, 40)}" is no parameter that differs by tensor here`,
      );
    if (given[name] !== undefined) throw badInput(path, `${parameter} has one value for all tensors already`);
    if ((value == null) === (gradient == null)) throw badInput(path, 'give either value or gradient');
    const entry = { ...(filter != null && { filter }), value: (value ?? gradient) as Setting };
    varying.set(name, [...(varying.get(name) ?? []), entry]);
  });
  for (const [name, entries] of varying) {
    const { success, data } = setting.safeParse(entries);
    if (!success)
      throw badInput(
        `${at}.varying`,
        `${inputName(name)}: a gradient has 2 to 256 numbers, a filter 1 to 200 letters`,
      );
    given[name] = data;
  }
  return given;
}
