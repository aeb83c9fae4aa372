import { stringify } from 'yaml';
import {
  type MergeParameter,
  type MergeParameterName,
  type MergeParams,
  mergeParameterNames,
  mergeParameters,
  methodSpec,
} from '#src/recipes/merging.ts';
import type { Setting } from '#src/recipes/setting.ts';

export interface MergekitModels {
  base: string | null;
  /** Refs or digests, in the order of the parameters' lists. */
  models: string[];
}

/** The merge as a mergekit configuration; `readMergekit` of it gives the same merge. */
export function mergekitYaml(params: MergeParams, { base, models }: MergekitModels): string {
  const own = mergeParameterNames.filter((name) => params[name] !== undefined);
  const keyOf = (name: MergeParameterName) => mergeParameters[name].key;
  const each = own.filter((name) => mergeParameters[name].each);
  const shared = own.filter((name) => !mergeParameters[name].each);
  const section = (entries: [string, unknown][]) =>
    entries.length ? { parameters: Object.fromEntries(entries) } : {};
  const document = {
    merge_method: methodSpec(params.method).key,
    ...(base !== null && { base_model: base }),
    models: models.map((model, i) => ({
      model,
      ...section(each.map((name) => [keyOf(name), (params[name] as Setting[])[i]])),
    })),
    ...section(shared.map((name) => [keyOf(name), written(mergeParameters[name], params[name])])),
    dtype: 'float32',
  };
  // YAML 1.1, which mergekit's reader speaks, takes 1e-7 for a string and 1.0e-7 for a number.
  return stringify(document, { version: '1.1', lineWidth: 0 }).replace(
    /^(.*[\s[])(-?\d+)e([+-]\d+)/gm,
    '$1$2.0e$3',
  );
}

/** mergekit knows rescaling to the L1 norm and none; what it does not know it then refuses, and does not misread. */
const rescaled = { L1: true, NONE: false, EXPECTED: 'expected' } as const;
const written = ({ type }: MergeParameter, value: unknown) =>
  type === 'RESCALE' ? rescaled[value as keyof typeof rescaled] : value;
