import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mergekitYaml } from '#src/models/mergekit.ts';
import { modelMeta, type OpenModel, openModel, writeModelFrom } from '../encoder/folder.ts';
import type { Job, Run } from '../job.ts';
import { openCrew } from './crew.ts';
import { mergedPieces } from './pieces.ts';
import { candidate, differences, requireMergeable } from './preflight.ts';
import { methodOf } from './registry.ts';
import type { AssignedTensor } from './task.ts';
import { measuresOf, paramsOf, positionOf } from './tensor.ts';

/**
 * Merge the input models part by part of every tensor: memory holds some megabytes of each model. Everything that can
 * be wrong with the models and the parameters is found before anything is written.
 */
export const run: Run<'MERGE'> = async (job, report) => {
  const { params, threads } = job;
  const merge = await openMerge(job);
  const { assignment, first } = merge;
  const values = assignment.tensors.reduce((sum, { shape }) => sum + measuresOf(shape).size, 0);
  const crew = openCrew(assignment, values * merge.inputs.length, threads);
  try {
    for (const { message } of merge.warnings) report.log('warn', message);
    const piecesOf = mergedPieces(crew, assignment.tensors, threads);
    let done = 0;
    const folder = join(job.out, 'model');
    await writeModelFrom(folder, first.config, first.tokenizerPath, {
      shapes: first.weights.shapes,
      read: first.weights.read,
      async *pieces(name) {
        for await (const piece of piecesOf(name)) {
          report.signal.throwIfAborted();
          yield piece;
        }
        report.progress(++done, assignment.tensors.length, 'tensors');
      },
    });
    const yaml = mergekitYaml(params, { base: merge.base, models: assignment.models });
    await writeFile(join(folder, 'mergekit_config.yml'), yaml);
    report.output('model', 'model', { ...modelMeta(first.config), merge: params });
  } finally {
    await crew.close();
    await merge.close();
  }
};

/**
 * Opens and checks the models of a merge. The first is the base where there is one; what is no tensor (pooling,
 * prompts, tokenizer) the merged model has from it.
 */
export async function openMerge({ params, inputs: all }: Pick<Job<'MERGE'>, 'params' | 'inputs'>) {
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
    requireMergeable(found);
    const [first] = opened;
    const { encoder } = first.config;
    const layers = encoder.architecture === 'BERT' ? encoder.layers : 0;
    const models = inputs.flatMap(({ role }, i) => (role === 'model' ? [opened[i]] : []));
    const tensors = [...first.weights.shapes].map(
      ([name, shape]): AssignedTensor => ({
        ...{ name, shape, params: paramsOf(params, name, positionOf(name, layers)) },
        places: models.map((model) => model.locate(name)),
        base: base && first.locate(name),
      }),
    );
    for (const { name, params: own } of tensors) methodOf(params.method).check?.(own, name);
    const digests = inputs.flatMap(({ role, digest }) => (role === 'model' ? [digest] : []));
    const assignment = { method: params.method, models: digests, tensors };
    return { assignment, inputs, base: base?.digest ?? null, first, opened, warnings: found, close };
  } catch (error) {
    await close();
    throw error;
  }
}
