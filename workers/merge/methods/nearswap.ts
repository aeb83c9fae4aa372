import type { MergeMethod, MethodParams } from '../method.ts';

/** Takes over what is near the base: differences below t wholly, larger ones by t alone. */
export const nearswap: MergeMethod<MethodParams<'NEARSWAP'>> = {
  survey: () => null,
  merge({ base, values: [value] }, _tensor, { t }, _survey, out) {
    for (let j = 0; j < out.length; j++) {
      const difference = Math.abs(base![j] - value[j]);
      const weight = Math.min(1, Math.max(0, t / Math.max(difference, 1e-6)));
      out[j] = weight * value[j] + (1 - weight) * base![j];
    }
  },
};
