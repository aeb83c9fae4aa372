import { z } from 'zod';

const finite = z.number().finite();
const value = z.union([finite, z.array(finite).min(2).max(256)]);

/**
 * A parameter of a merge as mergekit has it: one number; a gradient over the layers; or conditions, of which the
 * first decides whose filter is part of the tensor's name.
 */
export const setting = z.union([
  value,
  z
    .array(z.strictObject({ filter: z.string().min(1).max(200).optional(), value }))
    .min(1)
    .max(64),
]);
export type Setting = z.infer<typeof setting>;
type Value = z.infer<typeof value>;
interface Condition {
  filter?: string;
  value: Value;
}

const isConditions = (of: Setting): of is Condition[] => typeof of === 'object' && typeof of[0] === 'object';

const conditions = (of: Setting): Condition[] => (isConditions(of) ? of : [{ value: of as Value }]);

/** Every number in it, for checks of its range. */
export const numbersOf = (of: Setting): number[] => conditions(of).flatMap((c) => c.value);

/**
 * The first setting where it speaks of a tensor, else the next: mergekit's precedence of scopes. Equal meanings get
 * equal forms, so that equal merges are equal recipes: what no tensor reaches is dropped, and a lone value stands for
 * itself.
 */
export function settle(scopes: Setting[]): Setting {
  const all = scopes.flatMap(conditions).map(({ filter, value }) => ({
    ...(filter !== undefined && filter !== '*' && { filter }),
    value: typeof value === 'object' && value.every((x) => x === value[0]) ? value[0] : value,
  }));
  const last = all.findIndex(({ filter }) => filter === undefined);
  const reached = last < 0 ? all : all.slice(0, last + 1);
  return last === 0 ? reached[0].value : reached;
}

/**
 * The setting's value for a tensor; undefined where its conditions are silent.
 * @param position 0 at the first layer and in all before it, 1 at the last
 */
export function valueAt(of: Setting, tensor: string, position: number): number | undefined {
  const found = conditions(of).find(({ filter }) => filter === undefined || tensor.includes(filter))?.value;
  if (typeof found !== 'object') return found;
  const scaled = position * (found.length - 1);
  const low = Math.min(Math.floor(scaled), found.length - 2);
  return (1 - (scaled - low)) * found[low] + (scaled - low) * found[low + 1];
}
