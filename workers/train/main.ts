/** Training: recipe and corpora -> composition and model. */
import { join } from 'node:path';
import { badInput } from '#src/errors.ts';
import type { TrainingParams } from '#src/recipes/training.ts';
import { modelMeta, writeModel } from '../encoder/folder.ts';
import type { Run } from '../job.ts';
import { openDevelopment } from './development.ts';
import { train } from './loop.ts';
import { materialise, nameOf, type PairSet } from './materialise.ts';
import { makeSampler } from './sampler.ts';
import { learnerOf, limitsOf, startOf, tokenise } from './start.ts';
import { askTeacher } from './teacher.ts';

export const run: Run<'TRAINING'> = async (job, report) => {
  const { params } = job;
  const corpora = new Map(job.inputs.filter((i) => i.role === 'corpus').map((i) => [i.digest, i.path]));
  const compositionFile = join(job.out, 'composition.jsonl');
  const data = await materialise(params.composition, corpora, compositionFile, report.signal);
  const pairs = params.composition.components.map((component, i) => ({
    ...component,
    name: nameOf(component),
    pairs: data.sets[i].rows,
  }));
  report.output('composition', compositionFile, { components: pairs });

  const steps = stepsOf(params, data.sets);
  const sample = makeSampler(params.composition, data.sets, params.batchSize, params.seed);
  const development = await openDevelopment(job, steps, report);
  const start = await startOf(job);
  const teacher = await askTeacher(job, data.queries, report);
  const tokens = await tokenise(start, data, params, report.signal);
  const learner = await learnerOf(start, job, tokens, limitsOf(data.sets, tokens, params), teacher);
  const training = { job, report, start, learner, development, sample, units: data.units, steps };
  const best = await train(training);
  await development?.close();

  const folder = join(job.out, 'model');
  await writeModel(folder, {
    config: start.config,
    tensors: learner.weights(),
    tokenizerPath: start.tokenizerPath,
  });
  const meta = { ...modelMeta(start.config), languages: languagesOf(params), pairs };
  report.output('model', folder, { ...meta, ...(best && { best }) });
  await learner.close();
};

const languagesOf = ({ composition }: TrainingParams) =>
  [...new Set(composition.components.flatMap((c) => [c.queryLang, c.positiveLang]))].sort();

function stepsOf(
  { steps, epochs, batchSize, accumulate = 1 }: TrainingParams,
  sets: readonly PairSet[],
): number {
  if ((steps === undefined) === (epochs === undefined))
    throw badInput(
      'steps',
      'steps and epochs are two ways to say how long to train: give exactly one of them',
    );
  return steps ?? Math.ceil((epochs! * sets.reduce((n, s) => n + s.rows, 0)) / (batchSize * accumulate));
}
