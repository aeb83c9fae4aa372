import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { badInput } from '#src/errors.ts';
import { layoutFiles, readBertConfig, readLayout, readMaxLength } from './layout.ts';
import type { Model, ModelConfig, StaticConfig, Tensor } from './model.ts';
import {
  openSafetensors,
  type Safetensors,
  type TensorPlace,
  type TensorSource,
  writeSafetensors,
} from './safetensors.ts';
import { tensorShapes } from './tensors.ts';
import { readTokenizerJson } from './tokenizer-json.ts';

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
 * Open a folder in sentence-transformers' layout: StaticEmbedding, or a BERT Transformer with Pooling, each with or
 * without Normalize. Everything but the values of the weights is checked; UserError names the file and the key or
 * tensor. BERT's pooler and position_ids are passed over: no sentence vector depends on them.
 */
export async function openModel(dir: string): Promise<OpenModel> {
  const layout = await readLayout(dir);
  const encoderDir = join(dir, layout.encoder.path);
  const tokenizerPath = join(encoderDir, 'tokenizer.json');
  const tokenizer = await readTokenizerJson(tokenizerPath);
  const weights = await openSafetensors(join(encoderDir, 'model.safetensors'));
  try {
    const encoder = layout.encoder.kind === 'BERT' ? await readBertConfig(encoderDir) : staticConfig(weights);
    const shapes = tensorShapes(encoder);
    checkShapes(weights, shapes);
    if (tokenizer.vocabSize > encoder.vocabSize) {
      throw badInput(
        'tokenizer.json',
        `tokenizer.json has ids up to ${tokenizer.vocabSize - 1}, model.safetensors has ${encoder.vocabSize} rows for them`,
      );
    }
    const isBert = encoder.architecture === 'BERT';
    return {
      config: {
        encoder,
        pooling: layout.pooling,
        normalize: layout.normalize,
        // sentence-transformers cuts a static model's texts only where tokenizer.json itself says so.
        maxLength: isBert ? await readMaxLength(encoderDir, encoder.positions) : tokenizer.truncation,
        dimension: isBert ? encoder.hidden : encoder.dimension,
        prompts: layout.prompts,
      },
      tokenizerPath,
      weights: { shapes, read: weights.read },
      locate: weights.locate,
      close: weights.close,
    };
  } catch (error) {
    await weights.close();
    throw error;
  }
}

export async function readModel(dir: string): Promise<Model> {
  const { config, tokenizerPath, weights, close } = await openModel(dir);
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
  for (const [name, shape] of tensorShapes(config.encoder)) {
    if (weights.shapes.get(name)?.join() !== shape.join()) {
      throw new Error(`tensor ${name} is [${weights.shapes.get(name)}], the configuration says [${shape}]`);
    }
  }
  for (const [path, content] of Object.entries(layoutFiles(config, tokenizer))) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), `${JSON.stringify(content, null, 2)}\n`);
  }
  await copyFile(tokenizerPath, join(dir, 'tokenizer.json'));
  await writeSafetensors(join(dir, 'model.safetensors'), weights);
}

/** What a run reports to the platform about a model it made. */
export function modelMeta(config: ModelConfig): Record<string, unknown> {
  const { encoder, dimension, maxLength, pooling, normalize, prompts } = config;
  const sizes = [...tensorShapes(encoder).values()].map((shape) =>
    shape.reduce((product, n) => product * n, 1),
  );
  const parameters = sizes.reduce((sum, size) => sum + size, 0);
  return {
    architecture: encoder.architecture,
    parameters,
    dimension,
    maxLength,
    pooling,
    normalize,
    prompts,
  };
}

/** A static model has no config.json: its table is its configuration. */
function staticConfig(weights: Safetensors): StaticConfig {
  const shape = weights.entries.get('embedding.weight')?.shape ?? [];
  const [vocabSize, dimension] = shape;
  if (shape.length !== 2 || vocabSize === 0 || dimension === 0) {
    throw badInput(
      'model.safetensors',
      `model.safetensors: embedding.weight is ${shape.length ? `[${shape}]` : 'missing'}, not [vocabulary, dimension]`,
    );
  }
  return { architecture: 'STATIC', vocabSize, dimension };
}

const passedOver = /^(pooler\..*|embeddings\.position_ids)$/;

function checkShapes(weights: Safetensors, expected: Map<string, number[]>): void {
  const fail = (message: string) => badInput('model.safetensors', `model.safetensors: ${message}`);
  for (const [name, shape] of expected) {
    const found = weights.entries.get(name)?.shape;
    if (!found) throw fail(`tensor "${name}" is missing`);
    if (found.join() !== shape.join())
      throw fail(`tensor "${name}" is [${found}], config.json says [${shape}]`);
  }
  for (const name of weights.entries.keys()) {
    if (!expected.has(name) && !passedOver.test(name))
      throw fail(`tensor "${name}" is not part of this architecture`);
  }
}
