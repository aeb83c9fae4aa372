/** Training: recipe and corpora -> composition and model. */
import { join } from 'node:path';
import { badInput, UserError } from '#src/errors.ts';
import { canonicalJson, sha256 } from '#src/recipes/canonical.ts';
import type { TrainingParams } from '#src/recipes/training.ts';
import { modelMeta, writeModel } from '../encoder/folder.ts';
import { learningRateAt } from '../graph/schedule.ts';
import type { Job, Reporter, Run } from '../job.ts';
import { checkpoints } from './checkpoint.ts';
import type { Learner } from './learner.ts';
import { materialise, nameOf, type PairSet } from './materialise.ts';
import { makeSampler } from './sampler.ts';
import { learnerOf, limitsOf, startOf, tokenise } from './start.ts';

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
  const start = await startOf(job);
  const tokens = await tokenise(start, data, params, report.signal);
  const learner = await learnerOf(start, job, tokens, limitsOf(data.sets, tokens, params.batchSize));
  await train(job, report, learner, sample, steps);

  const folder = join(job.out, 'model');
  await writeModel(folder, {
    config: start.config,
    tensors: learner.weights(),
    tokenizerPath: start.tokenizerPath,
  });
  report.output('model', folder, { ...modelMeta(start.config), languages: languagesOf(params), pairs });
  await learner.close();
};

const languagesOf = ({ composition }: TrainingParams) =>
  [...new Set(composition.components.flatMap((c) => [c.queryLang, c.positiveLang]))].sort();

function stepsOf({ steps, epochs, batchSize }: TrainingParams, sets: readonly PairSet[]): number {
  if ((steps === undefined) === (epochs === undefined))
    throw badInput(
      'steps',
      'steps and epochs are two ways to say how long to train: give exactly one of them',
    );
  return steps ?? Math.ceil((epochs! * sets.reduce((n, s) => n + s.rows, 0)) / batchSize);
}

async function train(
  job: Job<'TRAINING'>,
  report: Reporter,
  learner: Learner,
  sample: ReturnType<typeof makeSampler>,
  steps: number,
) {
  const { params } = job;
  const { beta1, beta2, epsilon, weightDecay, clipNorm, batchSize, checkpointEvery } = params;
  const saved = checkpoints(
    job.scratch,
    sha256(canonicalJson({ params, inputs: job.inputs.map((i) => i.digest) })),
  );
  const resumed = await saved.restore(learner.state, (file) =>
    report.log('warn', `${file} is damaged or belongs to another recipe; using the one before it`),
  );
  if (resumed !== null) report.log('info', `going on after step ${resumed}`);

  for (let step = resumed ?? 0; step < steps; step++) {
    if (report.signal.aborted) {
      await saved.save(step, learner.state);
      throw report.signal.reason;
    }
    const started = performance.now();
    const learningRate = learningRateAt(step, { ...params, steps });
    const { loss, gradientNorm } = await learner.measure(sample(step));
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm))
      throw new UserError(
        'BAD_USER_INPUT',
        `training diverged: at step ${step + 1} the loss is ${loss} and the gradient's norm ${gradientNorm}; ` +
          'lower learningRate, or clip the gradient (clipNorm)',
      );
    const scale = clipNorm > 0 && gradientNorm > clipNorm ? clipNorm / gradientNorm : 1;
    learner.update({ scale, beta1, beta2, epsilon, learningRate, weightDecay, step: step + 1 });
    const pairsPerSecond = batchSize / ((performance.now() - started) / 1000);
    report.metrics(step + 1, { loss, learningRate, gradientNorm, pairsPerSecond });
    report.progress(step + 1, steps, 'steps');
    if ((step + 1) % checkpointEvery === 0 && step + 1 < steps) await saved.save(step + 1, learner.state);
  }
}
