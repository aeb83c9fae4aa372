import { badInput } from '#src/errors.ts';
import { givenIn, inputName } from '#src/models/merge-input.ts';
import { type Asked, mergeRecipe, refuseZeroSum } from '#src/models/merge-recipe.ts';
import {
  type MergeMethodName,
  type MergeParameter,
  mergeParameterNames,
  mergeParameters,
  mergeParams,
  methodSpec,
} from '#src/recipes/merging.ts';
import type { NamedComposition, StudyComponent } from './compositions.ts';
import type { StudySpec } from './spec.ts';

/** A merge of a study with its members spelled out; BASE stands for the base model. */
export interface PlannedMerge {
  name: string;
  method: MergeMethodName;
  of: string[];
  base?: string;
  /** Parameters of a member each, in the order of `of`. */
  each: Record<string, number>[];
  parameters: Record<string, Plain>;
}
type Plain = number | boolean | string;

/**
 * Every merge of a study, groups and sweeps spelled out, in the order written. Throws on unknown members, names given
 * twice, and whatever the method would refuse: a study trains for hours before it comes to its merges.
 */
export function mergesOf({ merges, languages }: StudySpec, compositions: NamedComposition[]): PlannedMerge[] {
  const names = compositions.map((c) => c.name);
  const singles = languages.flatMap((a) => languages.map((b) => `${a}-${b}`));
  const planned = merges.flatMap((merge, i) => {
    const { name, of, withBase } = merge;
    const groups = groupsOf(of, names, singles);
    const points = sweepPoints(merge.sweep);
    const based = withBase || of === 'EACH';
    return groups.flatMap((group) => {
      const members = based ? ['BASE', ...group.of] : group.of;
      const plain = based ? `BASE_${group.name}` : group.name;
      const called = name ? (groups.length === 1 ? name : `${name}_${plain}`) : plain;
      for (const member of [...members, ...(merge.base ? [merge.base] : [])])
        if (member !== 'BASE' && !names.includes(member))
          throw badInput(
            `merges[${i}].${member === merge.base ? 'base' : 'of'}`,
            `there is no composition "${member}" to merge; there are ${names.join(', ')}`,
          );
      return points.map((point) => {
        const one = plannedMerge(merge, members, point, `merges[${i}]`);
        refuseUnmergeable(one, `merges[${i}]`);
        return { ...one, name: [called, ...point.labels].join('_') };
      });
    });
  });
  const seen = new Set<string>();
  for (const { name } of planned) {
    if (seen.has(name)) throw badInput('merges', `two merges are called "${name}"; give them names`);
    if (name.length > 64)
      throw badInput('merges', `the merge "${name}" needs a name of its own: this one is too long`);
    seen.add(name);
  }
  return planned;
}

type Merge = StudySpec['merges'][number];

function plannedMerge(merge: Merge, of: string[], point: Point, at: string): Omit<PlannedMerge, 'name'> {
  const { method, each = [] } = merge;
  const weights = point.weights ?? merge.weights;
  for (const [field, list] of [
    ['weights', weights],
    ['each', merge.each],
  ] as const)
    if (list && list.length !== of.length)
      throw badInput(`${at}.${field}`, `${list.length} ${field} for ${of.length} models (${of.join(', ')})`);
  if (weights && each.some((one) => one.weight !== undefined))
    throw badInput(`${at}.each`, 'the weights are given twice, by weights or sweep and by each');
  const base = merge.base ?? (methodSpec(method).base === 'REQUIRED' ? 'BASE' : undefined);
  return {
    method,
    of,
    ...(base && { base }),
    each: of.map((_, i) => ({ ...each[i], ...(weights && { weight: weights[i] }) })),
    parameters: { ...merge.parameters, ...point.parameters },
  };
}

const parameterOf = new Map<string, MergeParameter>(
  mergeParameterNames.map((name) => [inputName(name), mergeParameters[name]]),
);

/** What launchMerge would refuse whatever the models are. */
function refuseUnmergeable({ method, of, base, each, parameters }: Omit<PlannedMerge, 'name'>, at: string) {
  for (const [name, value] of [parameters, ...each].flatMap(Object.entries)) {
    const parameter = parameterOf.get(name);
    if (!parameter)
      throw badInput(at, `no merge has a parameter ${name}; there are ${[...parameterOf.keys()].join(', ')}`);
    const type =
      ({ BOOLEAN: 'boolean', RESCALE: 'string' } as Record<string, string>)[parameter.type] ?? 'number';
    if (typeof value !== type) throw badInput(at, `${name} is ${JSON.stringify(value)}, not a ${type}`);
  }
  const asked: Asked = {
    method,
    base: base ?? null,
    models: of.map((digest, i) => ({
      digest,
      given: givenIn(each[i], `${at}.each[${i}]`, true),
      path: `${at}.of[${i}]`,
    })),
    given: givenIn(parameters, at, false),
    nameOf: inputName,
    path: at,
    basePath: `${at}.base`,
    modelsPath: `${at}.of`,
  };
  const recipe = mergeRecipe(asked);
  refuseZeroSum(recipe, `${at}.weights`);
  const parsed = mergeParams.safeParse(recipe.params);
  if (!parsed.success) throw badInput(at, parsed.error.issues[0].message);
}

/** One combination of a sweep's values, and what names it. */
interface Point {
  labels: string[];
  weights?: number[];
  parameters: Record<string, number>;
}

function sweepPoints(axes: Merge['sweep'] = []): Point[] {
  return axes.reduce<Point[]>(
    (sofar, { parameter, values, weights }) =>
      sofar.flatMap((point): Point[] =>
        weights
          ? weights.map((list) => ({
              ...point,
              labels: [...point.labels, `weights-${list.join('-')}`],
              weights: list,
            }))
          : values!.map((value) => ({
              ...point,
              labels: [...point.labels, `${parameter}-${value}`],
              parameters: { ...point.parameters, [parameter!]: value },
            })),
      ),
    [{ labels: [], parameters: {} }],
  );
}

/** How many merges a sweep makes of one, without spelling it out. */
export const sweepSize = ({ sweep = [] }: Merge) =>
  sweep.reduce((size, { values, weights }) => size * (weights ?? values!).length, 1);

function groupsOf(of: StudySpec['merges'][number]['of'], names: string[], singles: string[]) {
  switch (of) {
    case 'PAIRS':
      return names.flatMap((a, k) => names.slice(k + 1).map((b) => ({ name: `${a}_${b}`, of: [a, b] })));
    case 'ALL':
      return [{ name: 'all-merged', of: names }];
    case 'SINGLES':
      return [{ name: 'singles-merged', of: singles }];
    case 'EACH':
      return names.map((name) => ({ name, of: [name] }));
    default:
      return [{ name: of.join('_'), of }];
  }
}

/**
 * The parts' components in one training, each part with the same weight, as their plain average gives them: the
 * baseline that a merge must beat.
 */
export function unionOf(parts: NamedComposition[]): NamedComposition {
  const components = new Map<string, StudyComponent>();
  for (const part of parts) {
    const total = part.components.reduce((sum, c) => sum + c.share, 0);
    for (const { share, ...rest } of part.components) {
      const key = JSON.stringify(rest);
      const sofar = components.get(key)?.share ?? 0;
      components.set(key, { ...rest, share: sofar + share / total / parts.length });
    }
  }
  return { name: `union_${parts.map((part) => part.name).join('_')}`, components: [...components.values()] };
}
