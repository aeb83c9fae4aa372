import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '#src/errors.ts';
import { sha256 } from '#src/recipes/canonical.ts';
import { modelMeta, type OpenModel, openModel, writeModelFrom } from '../encoder/folder.ts';
import type { Run } from '../job.ts';
import { mergekitYaml } from './mergekit.ts';
import { methods } from './methods.ts';
import { requireAlike } from './preflight.ts';

/**
 * Merge the input models tensor by tensor: memory holds one tensor of each model and of the result. Everything that
 * can be wrong with the models is found before anything is written.
 */
export const run: Run<'MERGE'> = async (job, report) => {
  const { params } = job;
  const inputs = job.inputs.filter(({ role }) => role === 'model');
  const method = methods[params.method];
  method.check(params, inputs.length);
  const models: OpenModel[] = [];
  try {
    for (const { path } of inputs) models.push(await openModel(path));
    const candidates = models.map(async ({ config, weights, tokenizerPath }) => ({
      config,
      shapes: weights.shapes,
      tokenizer: sha256(await readFile(tokenizerPath)),
    }));
    requireAlike(await Promise.all(candidates));

    const { config, tokenizerPath, weights } = models[0];
    let done = 0;
    const read = async (name: string) => {
      report.signal.throwIfAborted();
      const values: Float32Array[] = [];
      for (const model of models) values.push(await model.weights.read(name));
      const merged = method.merge({ name, shape: weights.shapes.get(name)!, values }, params);
      requireFinite(name, merged, values);
      report.progress(++done, weights.shapes.size, 'tensors');
      return merged;
    };
    const folder = join(job.out, 'model');
    await writeModelFrom(folder, config, tokenizerPath, { shapes: weights.shapes, read });
    const yaml = mergekitYaml(
      params,
      inputs.map(({ digest }) => digest),
    );
    await writeFile(join(folder, 'mergekit_config.yml'), yaml);
    report.output('model', 'model', { ...modelMeta(config), merge: params });
  } finally {
    for (const model of models) await model.close();
  }
};

/** A model with one such value answers NaN to everything, and nothing later would say why. */
function requireFinite(name: string, merged: Float32Array, values: Float32Array[]): void {
  let at = 0;
  while (at < merged.length && Number.isFinite(merged[at])) at++;
  if (at === merged.length) return;
  const sources = values.map((value, i) => `model ${i + 1} has ${value[at]}`).join(', ');
  throw new UserError(
    'BAD_USER_INPUT',
    `tensor ${name} of the merged model would hold ${merged[at]} at position ${at}, where ${sources}`,
  );
}
