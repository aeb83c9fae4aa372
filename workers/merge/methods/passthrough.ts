import type { MergeMethod, MethodParams } from '../method.ts';

export const passthrough: MergeMethod<MethodParams<'PASSTHROUGH'>> = {
  survey: () => null,
  merge({ values: [value] }, _tensor, { scales: [scale] }, _survey, out) {
    for (let j = 0; j < out.length; j++) out[j] = scale * value[j];
  },
};
