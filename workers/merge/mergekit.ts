import type { MergeParams } from './method.ts';

/** The merge as a mergekit configuration, with models named by digest. */
export function mergekitYaml({ weights, normalize }: MergeParams, digests: string[]): string {
  const models = digests.map(
    (digest, i) => `  - model: "${digest}"\n    parameters:\n      weight: ${number(weights[i])}\n`,
  );
  return `merge_method: linear\nmodels:\n${models.join('')}parameters:\n  normalize: ${normalize}\ndtype: float32\n`;
}

/** YAML 1.1 takes 1e-7 for a string and 1.0e-7 for a number. */
const number = (value: number) => String(value).replace(/^(-?\d+)e/, '$1.0e');
