import { z } from 'zod';
import { numbersOf, type Setting, setting } from './setting.ts';

/** A parameter of merge methods, under mergekit's name for it. */
export interface MergeParameter {
  key: string;
  /** A value for each model but the base; in a recipe a list in the models' order. */
  each: boolean;
  /** SETTING may differ by tensor and layer, the others hold for the whole merge. */
  type: 'SETTING' | 'NUMBER' | 'INTEGER' | 'BOOLEAN' | 'RESCALE';
  /** Of numbers; a bound that is itself refused is open. */
  range?: { min?: number; max?: number; open?: 'MIN' | 'MAX' };
  about: string;
}

export const rescales = ['L1', 'EXPECTED', 'NONE'] as const;

const unit = { min: 0, max: 1 };
export const mergeParameters = {
  weights: { key: 'weight', each: true, type: 'SETTING', about: 'Weight of a model.' },
  densities: {
    ...{ key: 'density', each: true, type: 'SETTING', range: { ...unit, open: 'MIN' } },
    about: 'Share of a model’s deltas that is kept.',
  },
  gammas: {
    ...{ key: 'gamma', each: true, type: 'SETTING', range: { ...unit, open: 'MAX' } },
    about: 'Share of a model’s largest deltas that is dropped.',
  },
  epsilons: {
    ...{ key: 'epsilon', each: true, type: 'SETTING', range: { ...unit, open: 'MAX' } },
    about:
      'Deltas are kept with probabilities from density - epsilon (the smallest of a row) to density + epsilon.',
  },
  scales: { key: 'scale', each: true, type: 'SETTING', about: 'Factor of every weight.' },
  t: {
    key: 't',
    each: false,
    type: 'SETTING',
    about: 'Way from the base (0) to the model (1); nearswap: the reach.',
  },
  lambda: { key: 'lambda', each: false, type: 'SETTING', about: 'Factor of the merged delta.' },
  selectTopk: {
    ...{ key: 'select_topk', each: false, type: 'SETTING', range: { ...unit, open: 'MIN' } },
    about: 'Share of the positions kept, those where the models differ most.',
  },
  normalize: { key: 'normalize', each: false, type: 'BOOLEAN', about: 'Divide by the sum of the weights.' },
  rescale: {
    ...{ key: 'rescale', each: false, type: 'RESCALE' },
    about:
      'L1: scale what is kept to the L1 norm of all, as mergekit does. EXPECTED: by 1 / density, as the papers do. NONE.',
  },
  normalizeWeights: {
    ...{ key: 'normalize_weights', each: false, type: 'BOOLEAN', about: 'Let the weights sum to 1.' },
  },
  eps: {
    ...{ key: 'eps', each: false, type: 'NUMBER', range: { min: 0, max: 1, open: 'MIN' } },
    about: 'Shorter vectors count as zero.',
  },
  maxIterations: {
    ...{ key: 'max_iter', each: false, type: 'INTEGER', range: { min: 1, max: 10_000 } },
    about: 'Steps at most.',
  },
  tolerance: {
    ...{ key: 'tol', each: false, type: 'NUMBER', range: { min: 0, max: 1, open: 'MIN' } },
    about: 'The mean has been found when a step is shorter.',
  },
  flatten: {
    ...{ key: 'nuslerp_flatten', each: false, type: 'BOOLEAN', about: 'Take a tensor as one vector.' },
  },
  rowWise: {
    ...{ key: 'nuslerp_row_wise', each: false, type: 'BOOLEAN' },
    about: 'When not flattened: interpolate along the first dimension and not the last.',
  },
  filterWise: {
    ...{
      key: 'filter_wise',
      each: false,
      type: 'BOOLEAN',
      about: 'A ratio for each row and not for each tensor.',
    },
  },
  seed: {
    ...{ key: 'seed', each: false, type: 'INTEGER', range: { min: 0, max: 0xffff_ffff } },
    about: 'What random masks come from, with the names of tensor and model.',
  },
} as const satisfies Record<string, MergeParameter>;

export type MergeParameterName = keyof typeof mergeParameters;
export const mergeParameterNames = Object.keys(mergeParameters) as MergeParameterName[];

const paper = (title: string, url: string) => ({ title, url });
const tasks = paper(
  'Editing models with task arithmetic (Ilharco et al. 2023)',
  'https://arxiv.org/abs/2212.04089',
);
const ties = paper('TIES-Merging (Yadav et al. 2023)', 'https://arxiv.org/abs/2306.01708');
const dare = paper(
  'Language models are Super Mario: DARE (Yu et al. 2024)',
  'https://arxiv.org/abs/2311.03099',
);
const della = paper('DELLA-Merging (Deep et al. 2024)', 'https://arxiv.org/abs/2406.11617');
const crumbs = paper('Model Breadcrumbs (Davari and Belilovsky 2024)', 'https://arxiv.org/abs/2312.06795');
const slerp = paper(
  'Animating rotation with quaternion curves (Shoemake 1985)',
  'https://doi.org/10.1145/325165.325242',
);

interface MethodSpec {
  /** Its name in mergekit. */
  key: string;
  /** theta_i are the models, theta_0 the base, tau_i = theta_i - theta_0; everything is per tensor. */
  formula: string;
  paper: { title: string; url: string };
  base: 'NONE' | 'OPTIONAL' | 'REQUIRED';
  /** Fewest and most models beside the base. */
  models: readonly [number, number];
  /** Its own parameters with their defaults; undefined: has to be given. */
  parameters: { [P in MergeParameterName]?: number | boolean | string | undefined };
}

const most = 64;
const sum = { weights: 1, lambda: 1, normalize: false };
const random = { rescale: 'L1', seed: 0 };
export const mergeMethods = {
  LINEAR: {
    ...{ key: 'linear', base: 'NONE', models: [2, most], parameters: { weights: 1, normalize: true } },
    formula: 'theta = sum_i w_i theta_i / (normalize ? sum_i w_i : 1)',
    paper: paper('Model soups (Wortsman et al. 2022)', 'https://arxiv.org/abs/2203.05482'),
  },
  SLERP: {
    ...{ key: 'slerp', base: 'REQUIRED', models: [1, 1], parameters: { t: undefined }, paper: slerp },
    formula:
      'theta = (sin((1 - t) O) theta_0 + sin(t O) theta_1) / sin O, O the angle between them; (1 - t) theta_0 + t theta_1 where |cos O| > 0.9995',
  },
  NUSLERP: {
    ...{ key: 'nuslerp', base: 'OPTIONAL', models: [2, 2], paper: slerp },
    parameters: { weights: 1, flatten: true, rowWise: false },
    formula:
      'slerp of theta_1 and theta_2 at t = w_2 / (w_1 + w_2); with a base of tau_1 and tau_2, plus theta_0',
  },
  MULTISLERP: {
    ...{ key: 'multislerp', base: 'OPTIONAL', models: [2, most] },
    parameters: { weights: 1, normalizeWeights: true, eps: 1e-8 },
    formula:
      'theta = sum_i w_i |x_i| m / |m|, m = sum_i w_i x_i / |x_i|, where x_i = theta_i, or tau_i with a base (plus theta_0)',
    paper: paper('Multi-SLERP (Goddard 2025)', 'https://goddard.blog/posts/multislerp-wow-what-a-cool-idea'),
  },
  KARCHER: {
    ...{ key: 'karcher', base: 'NONE', models: [2, most] },
    parameters: { maxIterations: 10, tolerance: 1e-5 },
    formula:
      'theta = mean_i |theta_i| u, u the point of the unit sphere with the least sum of squared angles to all theta_i / |theta_i|',
    paper: paper(
      'Riemannian center of mass and mollifier smoothing (Karcher 1977)',
      'https://doi.org/10.1002/cpa.3160300502',
    ),
  },
  TASK_ARITHMETIC: {
    ...{ key: 'task_arithmetic', base: 'REQUIRED', models: [1, most], parameters: sum, paper: tasks },
    formula: 'theta = theta_0 + lambda sum_i w_i tau_i / (normalize ? sum_i w_i : 1)',
  },
  TIES: {
    ...{ key: 'ties', base: 'REQUIRED', models: [1, most], paper: ties },
    parameters: { ...sum, densities: 1, normalize: true },
    formula:
      'tau_i keeps its largest |tau| by density; s = sign(sum_i w_i tau_i); theta = theta_0 + lambda sum w_i tau_i / sum w_i over the i with sign(w_i tau_i) = s',
  },
  DARE_LINEAR: {
    ...{ key: 'dare_linear', base: 'REQUIRED', models: [1, most], paper: dare },
    parameters: { ...sum, densities: 1, ...random },
    formula: 'tau_i keeps a random density of its values, rescaled; then as task arithmetic',
  },
  DARE_TIES: {
    ...{ key: 'dare_ties', base: 'REQUIRED', models: [1, most], paper: dare },
    parameters: { ...sum, densities: 1, ...random },
    formula: 'tau_i keeps a random density of its values, rescaled; then signs are elected as in TIES',
  },
  DELLA: {
    ...{ key: 'della', base: 'REQUIRED', models: [1, most], paper: della },
    parameters: { ...sum, normalize: true, densities: 1, epsilons: 0.15, ...random },
    formula:
      'tau_i keeps the value of rank r among the n of its row with probability density - epsilon + 2 epsilon (r - 1) / (n - 1), rescaled; then signs are elected as in TIES',
  },
  DELLA_LINEAR: {
    ...{ key: 'della_linear', base: 'REQUIRED', models: [1, most], paper: della },
    parameters: { ...sum, densities: 1, epsilons: 0.15, ...random },
    formula: 'masks as DELLA; then as task arithmetic',
  },
  BREADCRUMBS: {
    ...{ key: 'breadcrumbs', base: 'REQUIRED', models: [1, most], paper: crumbs },
    parameters: { ...sum, densities: 1, gammas: 0.01 },
    formula:
      'tau_i loses its largest |tau| by gamma and its smallest down to density; then as task arithmetic',
  },
  BREADCRUMBS_TIES: {
    ...{ key: 'breadcrumbs_ties', base: 'REQUIRED', models: [1, most], paper: crumbs },
    parameters: { ...sum, densities: 1, gammas: 0.01 },
    formula: 'masks as breadcrumbs; then signs are elected as in TIES',
  },
  MODEL_STOCK: {
    ...{ key: 'model_stock', base: 'REQUIRED', models: [2, most], parameters: { filterWise: false } },
    formula:
      'theta = t mean_i theta_i + (1 - t) theta_0, t = N c / (1 + (N - 1) c), c the mean cosine between tau_i and tau_j',
    paper: paper('Model Stock (Jang et al. 2024)', 'https://arxiv.org/abs/2403.19522'),
  },
  SCE: {
    ...{ key: 'sce', base: 'REQUIRED', models: [1, most], parameters: { selectTopk: 1 } },
    formula:
      'tau_i keeps the positions of largest variance over i; w_i = mean tau_i^2 over their sum; theta = theta_0 + sum w_i tau_i / sum w_i over the i with sign(tau_i) = sign(sum_i tau_i)',
    paper: paper('FuseChat: SCE (Wan et al. 2024)', 'https://arxiv.org/abs/2408.07990'),
  },
  NEARSWAP: {
    ...{ key: 'nearswap', base: 'REQUIRED', models: [1, 1], parameters: { t: undefined } },
    formula: 'theta = theta_0 + clip(t / |tau_1|, 0, 1) tau_1',
    paper: paper(
      'QuartetAnemoi-70B (alchemonaut 2024)',
      'https://huggingface.co/alchemonaut/QuartetAnemoi-70B-t0.0001',
    ),
  },
  PASSTHROUGH: {
    ...{ key: 'passthrough', base: 'NONE', models: [1, 1], parameters: { scales: 1 }, paper: tasks },
    formula: 'theta = scale theta_1',
  },
} as const satisfies Record<string, MethodSpec>;

export type MergeMethodName = keyof typeof mergeMethods;
export const mergeMethodNames = Object.keys(mergeMethods) as MergeMethodName[];
export const methodSpec = (name: MergeMethodName): MethodSpec => mergeMethods[name];

const each = z.array(setting).min(1).max(most).optional();
/**
 * Inputs: `base`, where the method has one, then `model`, in the order of the lists. A recipe holds every parameter of
 * its method and none of another's.
 */
export const mergeParams = z
  .strictObject({
    method: z.enum(mergeMethodNames),
    weights: each,
    densities: each,
    gammas: each,
    epsilons: each,
    scales: each,
    t: setting.optional(),
    lambda: setting.optional(),
    selectTopk: setting.optional(),
    normalize: z.boolean().optional(),
    rescale: z.enum(rescales).optional(),
    normalizeWeights: z.boolean().optional(),
    eps: z.number().optional(),
    maxIterations: z.int().optional(),
    tolerance: z.number().optional(),
    flatten: z.boolean().optional(),
    rowWise: z.boolean().optional(),
    filterWise: z.boolean().optional(),
    seed: z.int().optional(),
  })
  .superRefine((params, { addIssue }) => {
    const own = methodSpec(params.method).parameters;
    for (const name of mergeParameterNames) {
      const refuse = (message: string, path: (string | number)[] = []) =>
        addIssue({ code: 'custom', path: [name, ...path], message });
      const { key, each, type, range }: MergeParameter = mergeParameters[name];
      const value = params[name];
      if (!(name in own)) {
        if (value !== undefined) refuse(`${params.method} has no parameter ${key}`);
      } else if (value === undefined) refuse(`${params.method} needs ${key}`);
      else if (range)
        (each ? (value as Setting[]) : [value as Setting]).forEach((one, i) => {
          const bad = (type === 'SETTING' ? numbersOf(one) : [one as number]).find((x) => !within(x, range));
          if (bad !== undefined) refuse(`${key} is ${bad}, not ${showRange(range)}`, each ? [i] : []);
        });
    }
  });
export type MergeParams = z.infer<typeof mergeParams>;

type Range = NonNullable<MergeParameter['range']>;
const openAt = (range: Range, end: 'MIN' | 'MAX') => range.open === end;
function within(x: number, range: Range): boolean {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = range;
  return x >= min && x <= max && !(x === min && openAt(range, 'MIN')) && !(x === max && openAt(range, 'MAX'));
}
/** `in (0, 1]`. */
export const showRange = (range: Range) =>
  `in ${openAt(range, 'MIN') ? '(' : '['}${range.min ?? '-inf'}, ${range.max ?? 'inf'}${openAt(range, 'MAX') ? ')' : ']'}`;
