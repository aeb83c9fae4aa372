import { linear } from './linear.ts';
import type { MergeMethod, MergeParams, MethodParams } from './method.ts';

export const methods: { [M in MergeParams['method']]: MergeMethod<MethodParams<M>> } = {
  LINEAR: linear,
};
