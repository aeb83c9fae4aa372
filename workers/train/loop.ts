/** The steps of a training run, with its checkpoints and measurements. */
import { UserError } from '#src/errors.ts';
import { canonicalJson, sha256 } from '#src/recipes/canonical.ts';
import type { Model } from '../encoder/model.ts';
import { learningRateAt } from '../graph/schedule.ts';
import type { Job, Reporter } from '../job.ts';
import { type Best, checkpoints, type Progress } from './checkpoint.ts';
import type { Development } from './development.ts';
import type { Batch, Learner } from './learner.ts';
import type { Materialised } from './materialise.ts';
import type { Start } from './start.ts';

export interface Training {
  job: Job<'TRAINING'>;
  report: Reporter;
  start: Start;
  learner: Learner;
  development: Development | null;
  /** The batch of this number. */
  sample: (number: number) => Batch;
  units: Materialised['units'];
  /** Optimizer steps. */
  steps: number;
}

/** Trains to the last step; the learner then has the weights that the recipe asks for. Returns the best measurement. */
export async function train(training: Training): Promise<Best | null> {
  const { job, report, learner, development, sample, steps } = training;
  const { params } = job;
  const { beta1, beta2, epsilon, weightDecay, clipNorm, batchSize, checkpointEvery, accumulate = 1 } = params;
  const weights = weightsOf(learner);
  const saved = checkpoints(
    job.scratch,
    sha256(canonicalJson({ params, inputs: job.inputs.map((i) => i.digest) })),
  );
  const resumed = await saved.restore(learner.state, (file) =>
    report.log('warn', `${file} is damaged or belongs to another recipe; using the one before it`),
  );
  if (resumed) report.log('info', `going on after step ${resumed.step}`);
  const progress: Progress = resumed ? { ...resumed } : { step: 0, measured: 0, best: null };
  const modelNow = (): Model => ({
    config: training.start.config,
    tensors: learner.weights(),
    tokenizerPath: training.start.tokenizerPath,
  });

  async function measureModel({ measure, settings }: Development) {
    const { series, selected } = await measure(modelNow());
    report.metrics(progress.step, series);
    if (settings.keep === 'BEST' && (!progress.best || selected > progress.best.value)) {
      progress.best = { step: progress.step, value: selected };
      await saved.saveBest(progress.best, weights);
    }
    progress.measured = progress.step;
  }

  async function oneStep() {
    const { step } = progress;
    const started = performance.now();
    const learningRate = learningRateAt(step, { ...params, steps });
    const batches = Array.from({ length: accumulate }, (_, i) => sample(step * accumulate + i));
    const { loss, gradientNorm } = await learner.measure(batches, report.signal);
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm))
      throw diverged(training, step + 1, batches, loss, gradientNorm);
    // Only now are the weights known to be sound: they gave a loss and a gradient that are numbers.
    if (step % checkpointEvery === 0 && step > 0 && step !== resumed?.step)
      await saved.save(progress, learner.state);
    const scale = clipNorm > 0 && gradientNorm > clipNorm ? clipNorm / gradientNorm : 1;
    learner.update({ scale, beta1, beta2, epsilon, learningRate, weightDecay, step: step + 1 });
    progress.step++;
    const pairsPerSecond = (batchSize * accumulate) / ((performance.now() - started) / 1000);
    report.metrics(progress.step, { loss, learningRate, gradientNorm, pairsPerSecond });
    report.progress(progress.step, steps, 'steps');
  }

  try {
    for (;;) {
      report.signal.throwIfAborted();
      if (development?.isDue(progress.step) && progress.measured !== progress.step)
        await measureModel(development);
      if (progress.step === steps) break;
      await oneStep();
    }
  } catch (error) {
    if (report.signal.aborted && error === report.signal.reason) await saved.save(progress, learner.state);
    throw error;
  }
  const { best } = progress;
  if (best && best.step !== steps) await saved.restoreBest(best, weights);
  return best;
}

const weightsOf = (learner: Learner) =>
  new Map([...learner.weights()].map(([name, { data }]) => [name, data]));

/** Ids in one line of the log. */
const idsOfLine = 200;

/** What is told of a step whose loss is no number. The checkpoints on disk are older, and stay. */
function diverged(
  { report, units, job }: Training,
  step: number,
  batches: readonly Batch[],
  loss: number,
  gradientNorm: number,
) {
  const byCorpus = Map.groupBy(
    new Set(batches.flatMap((batch) => [...batch.units])),
    (unit) => units[unit].corpus,
  );
  for (const [corpus, numbers] of byCorpus)
    for (let from = 0; from < numbers.length; from += idsOfLine) {
      const ids = numbers.slice(from, from + idsOfLine).map((unit) => units[unit].id);
      report.log('warn', `units of step ${step}, corpus ${corpus.slice(0, 12)}: ${ids.join(', ')}`);
    }
  return new UserError(
    'BAD_USER_INPUT',
    `training diverged: at step ${step} the loss is ${loss} and the gradient's norm ${gradientNorm} ` +
      `(the log names the units of its batch); lower learningRate, which is ${job.params.learningRate}, or clip the gradient (clipNorm)`,
  );
}
