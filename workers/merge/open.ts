import type { Difference } from '#src/models/difference.ts';
import type { MergeParams } from '#src/recipes/merging.ts';
import { type OpenModel, openModel } from '../encoder/folder.ts';
import type { Job, JobInput } from '../job.ts';
import { candidate, differences, requireMergeable } from './preflight.ts';
import { methodOf } from './registry.ts';
import type { AssignedTensor, Assignment } from './task.ts';
import { paramsOf, positionOf } from './tensor.ts';

/** The models of a merge, open. */
export interface Opened {
  /** What the merged model has from it is what is no tensor: pooling, prompts, tokenizer. */
  first: OpenModel;
  models: OpenModel[];
  /** Digest. */
  base: string | null;
  /** Every difference between them, errors too. */
  found: Difference[];
  /** The work of a merge of them; UserError for parameters that some tensor cannot be merged with. */
  assign(params: MergeParams): Assignment;
  close(): Promise<void>;
}

/** Opens the inputs `base` and `model` and compares them with the first, which is the base where there is one. */
export async function openModels(all: JobInput[]): Promise<Opened> {
  const inputs = all.filter(({ role }) => role === 'base' || role === 'model');
  const base = inputs.find(({ role }) => role === 'base') ?? null;
  const opened: OpenModel[] = [];
  const close = async () => {
    for (const model of opened) await model.close();
  };
  try {
    for (const { path } of inputs) opened.push(await openModel(path));
    const names = inputs.map(({ role }, i) => (role === 'base' ? 'the base' : `model ${base ? i : i + 1}`));
    const found = differences(await Promise.all(opened.map(candidate)), names);
    const [first] = opened;
    const { encoder } = first.config;
    const layers = encoder.architecture === 'BERT' ? encoder.layers : 0;
    const models = inputs.flatMap(({ role }, i) => (role === 'model' ? [opened[i]] : []));
    const digests = inputs.flatMap(({ role, digest }) => (role === 'model' ? [digest] : []));
    return {
      ...{ first, models: opened, base: base?.digest ?? null, found, close },
      assign(params) {
        const tensors = [...first.weights.shapes].map(
          ([name, shape]): AssignedTensor => ({
            ...{ name, shape, params: paramsOf(params, name, positionOf(name, layers)) },
            places: models.map((model) => model.locate(name)),
            base: base && first.locate(name),
          }),
        );
        for (const { name, params: own } of tensors) methodOf(params.method).check?.(own, name);
        return { method: params.method, models: digests, tensors };
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The same of models that can be merged; UserError that lists why others cannot. */
export async function openMergeable(inputs: JobInput[]): Promise<Opened> {
  const opened = await openModels(inputs);
  try {
    requireMergeable(opened.found);
    return opened;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Models that can be merged with the work of one merge. */
export async function openMerge({ params, inputs }: Pick<Job<'MERGE'>, 'params' | 'inputs'>) {
  const opened = await openMergeable(inputs);
  try {
    return { ...opened, assignment: opened.assign(params) };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
