import type { MergeMethodName } from '#src/recipes/merging.ts';
import type { MergeMethod, MethodParams } from './method.ts';
import {
  breadcrumbs,
  breadcrumbsTies,
  dareLinear,
  dareTies,
  della,
  dellaLinear,
  taskArithmetic,
  ties,
} from './methods/deltas.ts';
import { karcher } from './methods/karcher.ts';
import { linear } from './methods/linear.ts';
import { modelStock } from './methods/model-stock.ts';
import { multislerp } from './methods/multislerp.ts';
import { nearswap } from './methods/nearswap.ts';
import { nuslerp } from './methods/nuslerp.ts';
import { passthrough } from './methods/passthrough.ts';
import { sce } from './methods/sce.ts';
import { slerp } from './methods/slerp.ts';

/** What each method of src/recipes/merging.ts does; formulas, papers and ranges of parameters are there. */
export const methods: { [M in MergeMethodName]: MergeMethod<MethodParams<M>, unknown> } = {
  LINEAR: linear,
  SLERP: slerp,
  NUSLERP: nuslerp,
  MULTISLERP: multislerp,
  KARCHER: karcher,
  TASK_ARITHMETIC: taskArithmetic,
  TIES: ties,
  DARE_LINEAR: dareLinear,
  DARE_TIES: dareTies,
  DELLA: della,
  DELLA_LINEAR: dellaLinear,
  BREADCRUMBS: breadcrumbs,
  BREADCRUMBS_TIES: breadcrumbsTies,
  MODEL_STOCK: modelStock,
  SCE: sce,
  NEARSWAP: nearswap,
  PASSTHROUGH: passthrough,
};

/** With the method's type forgotten: its parameters and its survey are always its own. */
export const methodOf = (name: MergeMethodName) => methods[name] as MergeMethod<unknown, unknown>;
