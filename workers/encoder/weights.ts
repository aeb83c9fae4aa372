import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { badInput } from '#src/errors.ts';
import { isFloat } from './floats.ts';
import { readJson } from './json-file.ts';
import { openSafetensors, type Safetensors, type TensorPlace, type TensorSource } from './safetensors.ts';
import type { TensorEntry } from './safetensors-header.ts';

/** The weights of one folder: its model.safetensors, or the shards of it that an index names. */
export interface Weights {
  /** With the file that each tensor is in. */
  entries: Map<string, TensorEntry & { file: string }>;
  read(name: string): Promise<Float32Array<ArrayBuffer>>;
  locate(name: string): TensorPlace;
  /** Values of any dtype of numbers, such as the places of a mapping. */
  readNumbers(name: string): Promise<Float64Array>;
  close(): Promise<void>;
}

const whole = 'model.safetensors';
const index = `${whole}.index.json`;
const shardIndex = z.looseObject({
  weight_map: z.record(
    z.string(),
    z
      .string()
      .regex(/^(?!\.)[\w.-]+\.safetensors$/, 'is not the name of a .safetensors file beside the index'),
  ),
});
/** Formats that can run code when they are read, or are another framework's. */
const foreign = [
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
  'tf_model.h5',
  'flax_model.msgpack',
  'model.ckpt.index',
];

/** @param folder below the model's `dir`; `''`: its own. Messages name files with it. */
export async function openWeights(dir: string, folder: string): Promise<Weights> {
  const place = (file: string) => join(dir, folder, file);
  const has = (file: string) => stat(place(file)).then(Boolean, () => false);
  if (!(await has(whole)) && (await has(index))) return openShards(dir, folder);
  if (!(await has(whole))) {
    for (const file of foreign) {
      if (!(await has(file))) continue;
      const name = join(folder, file);
      throw badInput(
        name,
        `the weights are in ${name} alone; Isogloss reads safetensors only, since a pickle can run code when it is read: save the model anew with transformers, which writes ${whole}`,
      );
    }
  }
  const file = await openSafetensors(place(whole), join(folder, whole));
  return { ...file, entries: inFile(file, join(folder, whole)) };
}

const inFile = ({ entries }: Safetensors, file: string) =>
  new Map([...entries].map(([name, entry]) => [name, { ...entry, file }]));

async function openShards(dir: string, folder: string): Promise<Weights> {
  const name = join(folder, index);
  const { weight_map: map } = await readJson(join(dir, folder, index), shardIndex, {
    name,
    maxBytes: 20_000_000,
  });
  const shards = new Map<string, Safetensors>();
  const close = async () => {
    for (const shard of shards.values()) await shard.close();
  };
  try {
    for (const file of new Set(Object.values(map)))
      shards.set(file, await openSafetensors(join(dir, folder, file), join(folder, file)));
    const entries: Weights['entries'] = new Map();
    for (const [tensor, file] of Object.entries(map)) {
      const entry = shards.get(file)!.entries.get(tensor);
      if (!entry) throw badInput(name, `${name} says that tensor "${tensor}" is in ${file}, which has none`);
      entries.set(tensor, { ...entry, file: join(folder, file) });
    }
    const shardOf = (tensor: string) => shards.get(map[tensor])!;
    return {
      entries,
      read: (tensor) => shardOf(tensor).read(tensor),
      locate: (tensor) => shardOf(tensor).locate(tensor),
      readNumbers: (tensor) => shardOf(tensor).readNumbers(tensor),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Tensors that lie in files. */
export interface StoredTensors extends TensorSource {
  /** Where a tensor's values lie, for readers that take them in parts. */
  locate(name: string): TensorPlace;
}

/**
 * What a model takes from the weights of a folder: each of its tensors, by the name that the file has for it.
 * UserError that names file and tensor when one is missing, of another shape or no float.
 *
 * @param nameIn the file's name of a tensor
 * @param isPassedOver tensors of the file that no sentence vector depends on; any other that is not taken is refused
 */
export function takeTensors(
  weights: Weights,
  shapes: Map<string, number[]>,
  nameIn: (name: string) => string,
  isPassedOver: (name: string) => boolean,
): StoredTensors {
  const files = [...new Set([...weights.entries.values()].map(({ file }) => file))];
  const taken = new Set<string>();
  for (const [name, shape] of shapes) {
    const found = nameIn(name);
    const entry = weights.entries.get(found);
    if (!entry) throw badInput(files[0] ?? whole, `${files.join(', ')}: tensor "${found}" is missing`);
    const fail = (problem: string) => badInput(entry.file, `${entry.file}: tensor "${found}" is ${problem}`);
    if (entry.shape.join() !== shape.join())
      throw fail(`[${entry.shape}], the model's configuration says [${shape}]`);
    if (!isFloat(entry.dtype)) throw fail(`${entry.dtype}; weights are read from F32, F16 and BF16`);
    taken.add(found);
  }
  for (const [name, { file }] of weights.entries)
    if (!taken.has(name) && !isPassedOver(name))
      throw badInput(file, `${file}: tensor "${name}" is not part of this architecture`);
  return {
    shapes,
    read: (name) => weights.read(nameIn(name)),
    locate: (name) => weights.locate(nameIn(name)),
  };
}

/** The tensors of several sources as those of one. */
export function joinSources(sources: readonly StoredTensors[]): StoredTensors {
  const owner = new Map(sources.flatMap((source) => [...source.shapes.keys()].map((name) => [name, source])));
  return {
    shapes: new Map(sources.flatMap(({ shapes }) => [...shapes])),
    read: (name) => owner.get(name)!.read(name),
    locate: (name) => owner.get(name)!.locate(name),
  };
}
