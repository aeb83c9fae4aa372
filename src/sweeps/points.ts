import { badInput } from '#src/errors.ts';
import type { Asked } from '#src/models/merge-recipe.ts';
import { mostMerges } from '#src/recipes/kinds.ts';
import type { MergeParameterName } from '#src/recipes/merging.ts';

/** A parameter that takes several values, of one model (its place) or of the whole merge. */
export interface Axis {
  name: MergeParameterName;
  model: number | null;
  values: number[];
  path: string;
}

/** Every combination of the axes' values, the first axis slowest. */
export function gridOf(asked: Asked, axes: Axis[], path: string): Asked[] {
  requireFew(
    axes.reduce((size, { values }) => size * values.length, 1),
    path,
  );
  return axes.reduce<Asked[]>(
    (sofar, axis) => sofar.flatMap((point) => axis.values.map((value) => withValue(point, axis, value))),
    [asked],
  );
}

function withValue(asked: Asked, { name, model, path }: Axis, value: number): Asked {
  const scope = model === null ? asked : asked.models[model];
  if (scope.given[name] !== undefined)
    throw badInput(path, `${asked.nameOf(name)} has a value in the merge already; leave one of the two out`);
  const given = { ...scope.given, [name]: value };
  if (model === null) return { ...asked, given };
  return { ...asked, models: asked.models.map((one, i) => (i === model ? { ...one, given } : one)) };
}

/** The merge with every list of weights, one for each of its models. */
export function weightedBy(asked: Asked, lists: number[][], path: string): Asked[] {
  requireFew(lists.length, path);
  const { models } = asked;
  if (asked.given.weights !== undefined || models.some(({ given }) => given.weights !== undefined))
    throw badInput(path, `the merge gives its models weights already; leave one of the two out`);
  return lists.map((weights, i) => {
    if (weights.length !== models.length)
      throw badInput(
        path,
        `the list of weights at ${i} has ${weights.length} of them for ${models.length} models`,
      );
    return {
      ...asked,
      models: models.map((one, m) => ({ ...one, given: { ...one.given, weights: weights[m] } })),
    };
  });
}

/**
 * Weights that sum to 1, in steps of 1 / steps: every way to share `steps` among n models, from all to the first to all
 * to the last. There are C(steps + n - 1, n - 1).
 */
export function simplex(n: number, steps: number, path: string): number[][] {
  let size = 1;
  for (let k = 1; k < n && size <= mostMerges; k++) size = (size * (steps + k)) / k;
  requireFew(size, path);
  const shares = (models: number, left: number): number[][] =>
    models === 1
      ? [[left]]
      : Array.from({ length: left + 1 }, (_, taken) => left - taken).flatMap((first) =>
          shares(models - 1, left - first).map((rest) => [first, ...rest]),
        );
  return shares(n, steps).map((of) => of.map((share) => share / steps));
}

function requireFew(size: number, path: string) {
  if (size > mostMerges)
    throw badInput(
      path,
      `the sweep would measure more than ${mostMerges.toLocaleString('en')} merges; take fewer steps`,
    );
}

/** WiSE-FT (Wortsman et al. 2022): the straight line between a model and what fine-tuning made of it. */
export function wiseFt(asked: Asked): Asked {
  const { base, models, method } = asked;
  if (method !== 'LINEAR') throw badInput(asked.path, `WISE_FT averages weights: leave the method at LINEAR`);
  if (base === null)
    throw badInput(asked.basePath, 'WISE_FT goes from a base to its fine-tuned model: name the base');
  const tuned = models.filter(({ digest }) => digest !== base);
  if (tuned.length !== 1)
    throw badInput(
      asked.modelsPath,
      `WISE_FT takes one fine-tuned model beside the base, and it was given ${tuned.length || 'none'}`,
    );
  return { ...asked, base: null, models: [{ digest: base, given: {}, path: asked.basePath }, ...tuned] };
}
