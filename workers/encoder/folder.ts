import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { badInput } from '#src/errors.ts';
import { families } from './architectures/families.ts';
import { type Layout, readLayout, type Told } from './layout.ts';
import { layoutFiles } from './layout-files.ts';
import type { BertConfig, Model, ModelConfig, Tensor } from './model.ts';
import { type TensorPlace, type TensorSource, writeSafetensors } from './safetensors.ts';
import { takeTable } from './static-weights.ts';
import { denseShapes, encoderShapes, modelShapes } from './tensors.ts';
import { readTokenizerJson } from './tokenizer-json.ts';
import { readMaxLength, readTransformerConfig } from './transformer-config.ts';
import { joinSources, openWeights, takeTensors, type Weights } from './weights.ts';

/** A model folder whose weights stay on disk until they are asked for. */
export interface OpenModel {
  config: ModelConfig;
  tokenizerPath: string;
  weights: TensorSource;
  /** Where a tensor's values lie, for readers that take them in parts. */
  locate(name: string): TensorPlace;
  close(): Promise<void>;
}

/**
 * Open a folder in sentence-transformers' layout (StaticEmbedding, or a Transformer with Pooling and Dense, each with
 * or without Normalize), in transformers' own, or in model2vec's. Everything but the values of the weights is checked;
 * UserError names the file and the key or tensor.
 *
 * @param told what the folder itself does not say
 */
export async function openModel(dir: string, told: Told = {}): Promise<OpenModel> {
  const layout = await readLayout(dir, told);
  const encoderDir = join(dir, layout.encoder.path);
  const tokenizerPath = join(encoderDir, 'tokenizer.json');
  const tokenizer = await readTokenizerJson(tokenizerPath);
  const files: Weights[] = [];
  const open = async (folder: string) => {
    const weights = await openWeights(dir, folder);
    files.push(weights);
    return weights;
  };
  const close = async () => {
    for (const { close } of files) await close();
  };
  try {
    const weights = await open(layout.encoder.path);
    const { encoder, source } =
      layout.encoder.kind === 'STATIC'
        ? await takeTable(weights)
        : takeTransformer(weights, await readTransformerConfig(encoderDir));
    const isStatic = encoder.architecture === 'STATIC';
    const sources = [source];
    if (tokenizer.vocabSize > encoder.vocabSize) {
      throw badInput(
        'tokenizer.json',
        `tokenizer.json has ids up to ${tokenizer.vocabSize - 1}, model.safetensors has ${encoder.vocabSize} rows for them`,
      );
    }
    const width = isStatic ? encoder.dimension : encoder.hidden;
    for (const { folder, config } of layout.dense)
      sources.push(
        takeTensors(
          await open(folder),
          new Map(denseShapes(config)),
          (name) => name.slice(config.path.length + 1),
          never,
        ),
      );
    const { locate, ...stored } = joinSources(sources);
    return {
      config: {
        encoder,
        pooling: layout.pooling,
        dense: layout.dense.map(({ config }) => config),
        normalize: layout.normalize,
        // sentence-transformers cuts a static model's texts only where tokenizer.json itself says so.
        maxLength: isStatic ? tokenizer.truncation : await readMaxLength(encoderDir, encoder),
        dimension: dimensionAfter(width, layout.dense),
        prompts: layout.prompts,
      },
      tokenizerPath,
      weights: stored,
      locate,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const never = () => false;

/** The pooler and the numbers of the positions are passed over, and what a model with a head has outside its encoder. */
function takeTransformer(weights: Weights, encoder: BertConfig) {
  const shapes = encoderShapes(encoder);
  const [first] = shapes.keys();
  const { prefix } = families[encoder.family];
  const before = !weights.entries.has(first) && weights.entries.has(prefix + first) ? prefix : '';
  const nameIn = (name: string) => {
    const plain = before + name;
    // The names of TensorFlow's layer norm, which some of BERT's first files still have.
    const old = plain
      .replace(/LayerNorm\.weight$/, 'LayerNorm.gamma')
      .replace(/LayerNorm\.bias$/, 'LayerNorm.beta');
    return weights.entries.has(plain) ? plain : weights.entries.has(old) ? old : plain;
  };
  const isPassedOver = (name: string) =>
    !name.startsWith(before) ||
    /^(pooler\..*|embeddings\.(position_ids|token_type_ids))$/.test(name.slice(before.length));
  return { encoder, source: takeTensors(weights, shapes, nameIn, isPassedOver) };
}

/** What comes out of the Dense modules, each of which must take what the one before it gives. */
function dimensionAfter(width: number, dense: Layout['dense']): number {
  return dense.reduce((dimension, { folder, config }) => {
    if (config.in !== dimension)
      throw badInput(
        `${folder}/config.json.in_features`,
        `${folder}/config.json: in_features is ${config.in}, but the module before it gives vectors of length ${dimension}`,
      );
    return config.out;
  }, width);
}

export async function readModel(dir: string, told: Told = {}): Promise<Model> {
  const { config, tokenizerPath, weights, close } = await openModel(dir, told);
  try {
    const tensors = new Map<string, Tensor>();
    for (const [name, shape] of weights.shapes) tensors.set(name, { shape, data: await weights.read(name) });
    return { config, tensors, tokenizerPath };
  } finally {
    await close();
  }
}

/**
 * Write a model folder that this module, sentence-transformers, transformers and transformers.js open. Equal models
 * make equal bytes. `dir` may exist but must hold no weights.
 */
export async function writeModel(dir: string, model: Model): Promise<void> {
  const shapes = new Map([...model.tensors].map(([name, { shape }]) => [name, shape]));
  const read = (name: string) => model.tensors.get(name)!.data;
  await writeModelFrom(dir, model.config, model.tokenizerPath, { shapes, read });
}

/** The same with weights that come one tensor at a time. */
export async function writeModelFrom(
  dir: string,
  config: ModelConfig,
  tokenizerPath: string,
  weights: TensorSource,
): Promise<void> {
  const tokenizer = await readTokenizerJson(tokenizerPath);
  if (config.encoder.architecture === 'STATIC' && config.maxLength !== tokenizer.truncation) {
    throw new Error('the layout has no place for a maximum length of a static model but tokenizer.json');
  }
  for (const [name, shape] of modelShapes(config)) {
    if (weights.shapes.get(name)?.join() !== shape.join()) {
      throw new Error(`tensor ${name} is [${weights.shapes.get(name)}], the configuration says [${shape}]`);
    }
  }
  for (const [path, content] of Object.entries(layoutFiles(config, tokenizer))) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), `${JSON.stringify(content, null, 2)}\n`);
  }
  await copyFile(tokenizerPath, join(dir, 'tokenizer.json'));
  await writeSafetensors(join(dir, 'model.safetensors'), {
    ...weights,
    shapes: encoderShapes(config.encoder),
  });
  for (const module of config.dense)
    await writeSafetensors(join(dir, module.path, 'model.safetensors'), {
      shapes: new Map(
        denseShapes(module).map(([name, shape]) => [name.slice(module.path.length + 1), shape]),
      ),
      read: (name) => weights.read(`${module.path}.${name}`),
      ...(weights.pieces && { pieces: (name) => weights.pieces!(`${module.path}.${name}`) }),
    });
}

/** What a run reports to the platform about a model it made. */
export function modelMeta(config: ModelConfig): Record<string, unknown> {
  const { encoder, dimension, maxLength, pooling, dense, normalize, prompts } = config;
  const sizes = [...modelShapes(config).values()].map((shape) =>
    shape.reduce((product, n) => product * n, 1),
  );
  const parameters = sizes.reduce((sum, size) => sum + size, 0);
  return {
    architecture: encoder.architecture,
    ...(encoder.architecture === 'BERT' && { family: encoder.family }),
    parameters,
    dimension,
    maxLength,
    pooling,
    ...(dense.length > 0 && {
      dense: dense.map(({ in: inputs, out, activation }) => ({ in: inputs, out, activation })),
    }),
    normalize,
    prompts,
  };
}
