/** Training: recipe and corpora -> composition and model. */
import { join } from 'node:path';
import { badInput, UserError } from '#src/errors.ts';
import { canonicalJson, sha256 } from '#src/recipes/canonical.ts';
import type { TrainingParams } from '#src/recipes/training.ts';
import { modelMeta, readModel, writeModel } from '../encoder/folder.ts';
import type { Model, ModelConfig } from '../encoder/model.ts';
import { openTokenizer, type Tokenizer } from '../encoder/tokenizer.ts';
import { readTokenizerJson } from '../encoder/tokenizer-json.ts';
import { learningRateAt } from '../graph/schedule.ts';
import type { Job, Reporter, Run } from '../job.ts';
import { learnBert } from './bert-learner.ts';
import { checkpoints } from './checkpoint.ts';
import { initialBert, initialTable } from './initial.ts';
import type { BatchLimits, Learner, Tokens } from './learner.ts';
import { type Materialised, materialise, nameOf, type PairSet } from './materialise.ts';
import { makeSampler } from './sampler.ts';
import { learnStatic } from './static-learner.ts';

type TrainingJob = Job<'TRAINING'>;

/** A model before its weights are known: from scratch there are none, else they are the parent's. */
interface Start {
  config: ModelConfig;
  tokenizerPath: string;
  parent: Model | null;
}

export const run: Run<'TRAINING'> = async (job, report) => {
  const { params } = job;
  const corpora = new Map(job.inputs.filter((i) => i.role === 'corpus').map((i) => [i.digest, i.path]));
  const compositionFile = join(job.out, 'composition.jsonl');
  const data = await materialise(params.composition, corpora, compositionFile);
  const pairs = params.composition.components.map((component, i) => ({
    ...component,
    name: nameOf(component),
    pairs: data.sets[i].rows,
  }));
  report.output('composition', compositionFile, { components: pairs });

  const steps = stepsOf(params, data.sets);
  const sample = makeSampler(params.composition, data.sets, params.batchSize, params.seed);
  const start = await startOf(job);
  const tokens = await tokenise(start, data, params);
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

function inputPath(job: TrainingJob, role: string, digest: string): string {
  const input = job.inputs.find((i) => i.role === role && i.digest === digest);
  if (!input) throw new Error(`${role} ${digest} is no input of run ${job.run}`);
  return input.path;
}

async function startOf(job: TrainingJob): Promise<Start> {
  const { init } = job.params;
  if (init.architecture === 'MODEL') {
    const parent = await readModel(inputPath(job, 'model', init.model));
    return { config: parent.config, tokenizerPath: parent.tokenizerPath, parent };
  }
  const tokenizerPath = inputPath(job, 'tokenizer', init.tokenizer);
  const { vocabSize } = await openTokenizer(tokenizerPath);
  const common = { normalize: true, prompts: {} };
  if (init.architecture === 'STATIC') {
    const { dimension } = init;
    const { truncation } = await readTokenizerJson(tokenizerPath);
    return {
      config: {
        ...common,
        encoder: { architecture: 'STATIC', vocabSize, dimension },
        pooling: 'MEAN',
        maxLength: truncation,
        dimension,
      },
      tokenizerPath,
      parent: null,
    };
  }
  const { layers, hidden, heads, ffn, maxLength, pooling } = init;
  if (hidden % heads !== 0)
    throw badInput('init.heads', `hidden (${hidden}) must be a multiple of heads (${heads})`);
  return {
    config: {
      ...common,
      encoder: {
        architecture: 'BERT',
        vocabSize,
        layers,
        hidden,
        heads,
        ffn,
        positions: maxLength,
        typeVocabSize: 2,
        layerNormEps: 1e-12,
      },
      pooling,
      maxLength,
      dimension: hidden,
    },
    tokenizerPath,
    parent: null,
  };
}

async function tokenise(
  { config, tokenizerPath }: Start,
  data: Materialised,
  params: TrainingParams,
): Promise<Tokens> {
  const tokenizer: Tokenizer = await openTokenizer(tokenizerPath);
  const { encoder, maxLength, prompts } = config;
  if (tokenizer.vocabSize > encoder.vocabSize)
    throw badInput(
      'init.model',
      `the tokenizer knows ${tokenizer.vocabSize} tokens, but the model's table has ${encoder.vocabSize} rows`,
    );
  const encode = (texts: string[], prompt = '', length: number) =>
    tokenizer.encode(
      prompt === '' ? texts : texts.map((text) => prompt + text),
      Math.min(length, maxLength ?? length),
      encoder.architecture !== 'STATIC',
    );
  return {
    queries: await encode(data.queries, prompts.query, params.maxQueryLength),
    passages: await encode(data.passages, prompts.passage, params.maxPassageLength),
  };
}

/** The most that a batch of these rows can hold. */
function limitsOf(sets: readonly PairSet[], { queries, passages }: Tokens, batchSize: number): BatchLimits {
  const longest = ({ offsets }: Tokens['queries']) =>
    offsets.reduce((most, end, i) => Math.max(most, i === 0 ? 0 : end - offsets[i - 1]), 0);
  const negatives = Math.max(
    ...sets.map(({ negativeStarts: n }) =>
      n.reduce((most, end, i) => Math.max(most, i === 0 ? 0 : end - n[i - 1]), 0),
    ),
  );
  const candidates = batchSize * (1 + negatives);
  return {
    rows: batchSize,
    candidates,
    tokens: batchSize * longest(queries) + candidates * longest(passages),
  };
}

async function learnerOf(
  { config, parent }: Start,
  job: TrainingJob,
  tokens: Tokens,
  limits: BatchLimits,
): Promise<Learner> {
  const { encoder } = config;
  const { seed, temperature } = job.params;
  const options = { temperature, threads: job.threads };
  if (encoder.architecture === 'STATIC') {
    const table = parent ? parent.tensors.get('embedding.weight')!.data : initialTable(encoder, tokens, seed);
    return learnStatic(encoder, table, tokens, limits, options);
  }
  return learnBert(config, parent?.tensors ?? initialBert(encoder, seed), tokens, limits, options);
}

async function train(
  job: TrainingJob,
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
