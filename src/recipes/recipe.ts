import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { canonicalJson, sha256 } from './canonical.ts';
import { digest } from './composition.ts';
import { kinds, type Params, type RunKind } from './kinds.ts';

/** What an input is to the run: its role, and the digest of the entity that plays it. */
export const recipeInput = z.strictObject({ role: z.string().min(1).max(64), digest });
export type RecipeInput = z.infer<typeof recipeInput>;

/**
 * Everything that determines a run's result. Same recipe, same bytes on the same kind of machine; names, priorities
 * and who asked are no part of it. Input order is the recipe's own, never a set's.
 */
export interface Recipe<K extends RunKind = RunKind> {
  kind: K;
  params: Params<K>;
  inputs: RecipeInput[];
  engine: string;
}

export const engine = `isogloss/${packageJson.version}`;

export function makeRecipe<K extends RunKind>(
  kind: K,
  params: z.input<(typeof kinds)[K]>,
  inputs: RecipeInput[],
): Recipe<K> {
  return {
    kind,
    params: kinds[kind].parse(params) as Params<K>,
    inputs: z.array(recipeInput).parse(inputs),
    engine,
  };
}

export const recipeHash = (recipe: Recipe) => sha256(canonicalJson(recipe));
