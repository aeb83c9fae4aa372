import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { badInput } from '#src/errors.ts';
import { readJson, readOptionalJson } from './json-file.ts';
import type { DenseConfig, ModelConfig } from './model.ts';

/** What the modules of a folder in sentence-transformers' layout say, of its old releases and its new ones. */
export interface Layout {
  /** Folder, below the model's, of weights, tokenizer and config.json; usually the model's own. */
  encoder: { kind: 'STATIC' | 'TRANSFORMER'; path: string };
  pooling: ModelConfig['pooling'];
  /** With the folder that each lies in. */
  dense: { folder: string; config: DenseConfig }[];
  normalize: boolean;
  prompts: ModelConfig['prompts'];
}

/**
 * What a person says of a folder that does not say it itself: pooling and normalisation of a plain transformers folder,
 * and prompts, which many folders have in their README alone.
 */
export interface Told {
  pooling?: ModelConfig['pooling'];
  normalize?: boolean;
  prompts?: ModelConfig['prompts'];
}

const modules = z
  .array(
    z.object({
      type: z.string(),
      path: z
        .string()
        // model2vec's word for the folder itself.
        .transform((path) => (path === '.' ? '' : path))
        .pipe(z.string().regex(/^(?!\.)[\w.-]*$/, 'is not the name of a folder inside the model folder')),
    }),
  )
  .min(1);

const poolingKeys = {
  pooling_mode_cls_token: 'cls',
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_max_tokens: 'max',
  pooling_mode_mean_sqrt_len_tokens: 'mean_sqrt_len_tokens',
  pooling_mode_weightedmean_tokens: 'weightedmean',
  pooling_mode_lasttoken: 'lasttoken',
};
const poolingConfig = z.looseObject({
  pooling_mode: z.union([z.string(), z.array(z.string())]).optional(),
  include_prompt: z.literal(true, 'only pooling with the prompt included is supported').optional(),
});
const poolings: Record<string, ModelConfig['pooling'] | undefined> = { cls: 'CLS', mean: 'MEAN', max: 'MAX' };

const promptConfig = z.looseObject({
  prompts: z.record(z.string(), z.string()).default({}),
  default_prompt_name: z.string().nullish(),
});

const moduleKind = (type: string) => type.slice(type.lastIndexOf('.') + 1);

export async function readLayout(dir: string, told: Told): Promise<Layout> {
  const has = (file: string) => stat(join(dir, file)).then(Boolean, () => false);
  const hasModules = await has('modules.json');
  if (!hasModules && !(await has('config.json')))
    throw badInput('modules.json', 'this is no model folder: it has neither modules.json nor config.json');
  if (!hasModules && (await has('1_Pooling')))
    throw badInput(
      'modules.json',
      'modules.json is missing, but the folder has 1_Pooling: it was not copied whole',
    );
  const layout = hasModules ? await readModules(dir, told) : await plainLayout(dir, told);
  return { ...layout, prompts: told.prompts ?? layout.prompts };
}

const plainConfig = z.looseObject({ model_type: z.string().optional(), normalize: z.boolean().nullish() });

/** A folder of transformers or model2vec, read as sentence-transformers reads one: the mean, not normalised, where nobody says otherwise. */
async function plainLayout(dir: string, told: Told): Promise<Layout> {
  const { model_type: type, normalize } = await readJson(join(dir, 'config.json'), plainConfig);
  const common = { dense: [], prompts: await readPrompts(dir) };
  if (type === 'model2vec') {
    if (told.pooling && told.pooling !== 'MEAN') throw toldOtherwise('pooling', 'a static model', 'mean');
    return {
      ...common,
      encoder: { kind: 'STATIC', path: '' },
      pooling: 'MEAN',
      normalize: told.normalize ?? normalize ?? false,
    };
  }
  return {
    ...common,
    encoder: { kind: 'TRANSFORMER', path: '' },
    pooling: told.pooling ?? 'MEAN',
    normalize: told.normalize ?? false,
  };
}

/** What a folder says itself cannot be told otherwise: the model would not be the one that was published. */
const toldOtherwise = (what: string, whose: string, is: string) =>
  badInput(what, `${what}: ${whose} says ${is}; leave ${what} out`);

async function readModules(dir: string, told: Told): Promise<Layout> {
  const list = await readJson(join(dir, 'modules.json'), modules);
  const kinds = list.map(({ type }) => moduleKind(type));
  const order = kinds.join(', ');
  if (!/^(StaticEmbedding|Transformer, Pooling(, Dense)*)(, Normalize)?$/.test(order)) {
    throw badInput(
      'modules.json',
      `modules.json: the modules are ${order}; Isogloss knows StaticEmbedding, or Transformer, Pooling and any number of Dense, each with or without Normalize`,
    );
  }
  const isStatic = kinds[0] === 'StaticEmbedding';
  const dense: Layout['dense'] = [];
  for (const [i, { path: folder }] of list.entries())
    if (kinds[i] === 'Dense') dense.push({ folder, config: await readDense(dir, folder, densePath(i)) });
  const pooling = isStatic ? 'MEAN' : await readPooling(dir, list[1].path);
  const normalize = kinds.at(-1) === 'Normalize';
  if (told.pooling && told.pooling !== pooling)
    throw toldOtherwise('pooling', 'modules.json', pooling.toLowerCase());
  if (told.normalize !== undefined && told.normalize !== normalize)
    throw toldOtherwise('normalize', 'modules.json', String(normalize));
  return {
    encoder: { kind: isStatic ? 'STATIC' : 'TRANSFORMER', path: list[0].path },
    pooling,
    dense,
    normalize,
    prompts: await readPrompts(dir),
  };
}

async function readPooling(dir: string, path: string): Promise<ModelConfig['pooling']> {
  const name = join(path, 'config.json');
  const config = await readJson(join(dir, path, 'config.json'), poolingConfig, { name });
  const modes = config.pooling_mode
    ? [config.pooling_mode].flat()
    : Object.entries(poolingKeys).flatMap(([key, mode]) => (config[key] === true ? [mode] : []));
  const pooling = modes.length === 1 && poolings[modes[0]];
  if (pooling) return pooling;
  throw badInput(
    name,
    `${name}: pooling is ${modes.join(' with ') || 'none'}; Isogloss knows mean, cls and max`,
  );
}

/** The folder that we give a Dense module, by its place among the modules: what tensors are called does not depend on where they came from. */
const densePath = (index: number) => `${index}_Dense`;

export const denseActivations: Record<DenseConfig['activation'], string> = {
  IDENTITY: 'torch.nn.modules.linear.Identity',
  TANH: 'torch.nn.modules.activation.Tanh',
  RELU: 'torch.nn.modules.activation.ReLU',
  GELU: 'torch.nn.modules.activation.GELU',
};
const ofSentence = z.literal('sentence_embedding', 'is not "sentence_embedding"').nullish();
const denseConfig = z.looseObject({
  in_features: z.int().positive(),
  out_features: z.int().positive(),
  bias: z.boolean().default(true),
  activation_function: z.string().default(denseActivations.TANH),
  use_residual: z.literal(false, 'is true, which Isogloss does not know').nullish(),
  module_input_name: ofSentence,
  module_output_name: ofSentence,
});

async function readDense(dir: string, folder: string, path: string): Promise<DenseConfig> {
  const name = join(folder, 'config.json');
  const json = await readJson(join(dir, folder, 'config.json'), denseConfig, { name });
  const known = Object.entries(denseActivations) as [DenseConfig['activation'], string][];
  const activation = known.find(([, type]) => moduleKind(type) === moduleKind(json.activation_function))?.[0];
  if (!activation) {
    throw badInput(
      `${name}.activation_function`,
      `${name}: activation_function is "${json.activation_function.slice(0, 100)}"; Isogloss knows ${known.map(([, type]) => moduleKind(type)).join(', ')}`,
    );
  }
  return { path, in: json.in_features, out: json.out_features, bias: json.bias, activation };
}

async function readPrompts(dir: string): Promise<ModelConfig['prompts']> {
  const name = 'config_sentence_transformers.json';
  const { prompts, default_prompt_name: standard } = await readOptionalJson(join(dir, name), promptConfig);
  if (standard && prompts[standard]) {
    throw badInput(
      `${name}.default_prompt_name`,
      `${name}: default_prompt_name puts the prompt "${standard}" before every text, which Isogloss does not; set it to null`,
    );
  }
  // The names sentence-transformers tries for documents, in its order.
  const passage = prompts.document ?? prompts.passage ?? prompts.corpus;
  return { ...(prompts.query && { query: prompts.query }), ...(passage && { passage }) };
}
