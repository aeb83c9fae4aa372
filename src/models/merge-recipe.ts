import { badInput, UserError } from '#src/errors.ts';
import {
  type MergeMethodName,
  type MergeParameter,
  type MergeParameterName,
  type MergeParams,
  mergeParameterNames,
  mergeParameters,
  mergeParams,
  methodSpec,
} from '#src/recipes/merging.ts';
import type { RecipeInput } from '#src/recipes/recipe.ts';
import { type Setting, settle } from '#src/recipes/setting.ts';
import type { UsedEntity } from '#src/runs/launch.ts';

export type Value = Setting | boolean | string;
/** By the parameter's name in recipes; absent: not given. */
export type Given = { [P in MergeParameterName]?: Value };

/** A merge as it was asked for, in GraphQL or YAML; models by digest. */
export interface Asked {
  method: MergeMethodName;
  base: string | null;
  /** In order; may name the base again, as mergekit's lists do. */
  models: { digest: string; given: Given; path: string }[];
  /** Holds for every model that says nothing itself. */
  given: Given;
  /** How people wrote a parameter: what messages call it, and where it stood. */
  nameOf(name: MergeParameterName): string;
  path: string;
  basePath: string;
  modelsPath: string;
}

export interface MergeRecipe {
  params: MergeParams;
  inputs: RecipeInput[];
  used: UsedEntity[];
}

/** Parameters, inputs and lineage of the merge asked for. UserError naming what the method does not have or lacks. */
export function mergeRecipe(asked: Asked): MergeRecipe {
  const { method, given, path } = asked;
  const { parameters: own, base: wants } = methodSpec(method);
  if (wants === 'REQUIRED' && asked.base === null)
    throw badInput(asked.basePath, `${method} merges what models change of their base: name the base`);
  // mergekit's lists hold the base, whose place says nothing then. Of methods without one it is a model like others.
  const base = wants === 'NONE' ? null : asked.base;
  const models = asked.models.filter(({ digest, given, path }) => {
    if (digest !== base) return true;
    const parameter = Object.keys(given)[0] as MergeParameterName | undefined;
    if (parameter)
      throw badInput(
        path,
        `this is the base of the merge, which has no ${asked.nameOf(parameter)} of its own: leave it out`,
      );
    return false;
  });
  if (wants === 'NONE' && asked.base !== null && !models.some(({ digest }) => digest === asked.base))
    throw badInput(asked.basePath, `${method} has no base; name the model among the models, or leave it out`);
  requireNumber(asked, models.length, base !== null);

  const all = [{ given, path }, ...models];
  for (const { given, path } of all)
    for (const name of Object.keys(given) as MergeParameterName[])
      if (!(name in own)) throw badInput(path, unknown(asked, name));
  const params: Record<string, unknown> = { method };
  for (const name of mergeParameterNames) {
    if (!(name in own)) continue;
    const parameter: MergeParameter = mergeParameters[name];
    const standard = own[name] as Value | undefined;
    if (parameter.each)
      params[name] = models.map((model) =>
        decide(asked, name, model.path, [model.given[name], given[name], standard]),
      );
    else if (parameter.type === 'SETTING') params[name] = decide(asked, name, path, [given[name], standard]);
    else params[name] = given[name] ?? standard;
  }
  const weight = (i: number) => {
    const plain = (params.weights as Setting[] | undefined)?.[i];
    return typeof plain === 'number' ? { weight: plain } : {};
  };
  return {
    params: params as unknown as MergeParams,
    inputs: [
      ...(base === null ? [] : [{ role: 'base', digest: base }]),
      ...models.map(({ digest }) => ({ role: 'model', digest })),
    ],
    used: [
      ...(base === null ? [] : [{ kind: 'MODEL' as const, digest: base, role: 'base' }]),
      ...models.map(({ digest }, i) => ({ kind: 'MODEL' as const, digest, role: 'model', ...weight(i) })),
    ],
  };
}

/** The same, refused for all that can be judged without the models. */
export function soundRecipe(asked: Asked): MergeRecipe {
  const recipe = mergeRecipe(asked);
  refuseZeroSum(recipe, asked.modelsPath);
  const { error } = mergeParams.safeParse(recipe.params);
  if (error) throw badInput(asked.path, error.issues[0].message);
  return recipe;
}

function decide(
  asked: Asked,
  name: MergeParameterName,
  path: string,
  scopes: (Value | undefined)[],
): Setting {
  const given = scopes.filter((scope) => scope !== undefined) as Setting[];
  if (given.length) return settle(given);
  throw badInput(path, `${asked.method} needs ${asked.nameOf(name)}`);
}

function requireNumber({ method, modelsPath }: Asked, models: number, base: boolean) {
  const [fewest, most] = methodSpec(method).models;
  if (models >= fewest && models <= most) return;
  const some = (n: number) => (n === 1 ? 'one model' : `${n === 2 ? 'two' : n} models`);
  const bound =
    fewest === most ? some(fewest) : models < fewest ? `${some(fewest)} or more` : `at most ${some(most)}`;
  const besides = base ? ' beside the base' : '';
  throw badInput(modelsPath, `${method} takes ${bound}${besides}, and it was given ${models || 'none'}`);
}

function unknown({ method, nameOf }: Asked, name: MergeParameterName): string {
  const own = (Object.keys(methodSpec(method).parameters) as MergeParameterName[]).map(nameOf);
  return `${method} has no parameter ${nameOf(name)}; it has ${own.join(', ') || 'none'}`;
}

/** One sum for all tensors can be judged before anything runs; what varies is judged by the run, before it writes. */
export function refuseZeroSum({ params }: MergeRecipe, path: string) {
  const { method, weights } = params;
  const divides =
    (method === 'LINEAR' && params.normalize) || (method === 'MULTISLERP' && params.normalizeWeights);
  if (!divides || !weights?.every((weight) => typeof weight === 'number')) return;
  if (Math.abs((weights as number[]).reduce((sum, weight) => sum + weight, 0)) >= 1e-12) return;
  const message = 'the weights sum to 0, so they cannot be normalised; change one, or pass normalize: false';
  throw new UserError('BAD_USER_INPUT', message, [{ path, message }]);
}
