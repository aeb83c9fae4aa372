/** What stands between a recipe and its first step: configuration, tokens, sizes, weights. */
import { badInput } from '#src/errors.ts';
import type { TrainingParams } from '#src/recipes/training.ts';
import { readModel } from '../encoder/folder.ts';
import type { Model, ModelConfig } from '../encoder/model.ts';
import { openTokenizer, type Ragged } from '../encoder/tokenizer.ts';
import { readTokenizerJson } from '../encoder/tokenizer-json.ts';
import type { Job } from '../job.ts';
import { learnBert } from './bert-learner.ts';
import { initialBert, initialTable } from './initial.ts';
import type { BatchLimits, Learner, LearnerOptions, Teacher, Tokens } from './learner.ts';
import type { Materialised, PairSet } from './materialise.ts';
import { objectiveOf } from './objective.ts';
import { learnStatic } from './static-learner.ts';

/** A model before its weights are known: from scratch there are none, else they are the parent's. */
export interface Start {
  config: ModelConfig;
  tokenizerPath: string;
  parent: Model | null;
}

export function inputPath(job: Job<'TRAINING'>, role: string, digest: string): string {
  const input = job.inputs.find((i) => i.role === role && i.digest === digest);
  if (!input) throw new Error(`${role} ${digest} is no input of run ${job.run}`);
  return input.path;
}

/** What the run starts from: the parent's configuration, or one made of the recipe. */
export async function startOf(job: Job<'TRAINING'>): Promise<Start> {
  const { init } = job.params;
  if (init.architecture === 'MODEL') {
    const parent = await readModel(inputPath(job, 'model', init.model));
    return { config: parent.config, tokenizerPath: parent.tokenizerPath, parent };
  }
  const tokenizerPath = inputPath(job, 'tokenizer', init.tokenizer);
  const { vocabSize } = await openTokenizer(tokenizerPath);
  const common = { normalize: true, prompts: {}, dense: [] };
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
        family: 'bert',
        vocabSize,
        layers,
        hidden,
        heads,
        ffn,
        positions: maxLength,
        positionOffset: 0,
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

/** Texts tokenised between two looks at the signal. */
const blockTexts = 16_384;

/** Every text once, cut at the recipe's lengths or the model's, whichever is less. */
export async function tokenise(
  { config, tokenizerPath }: Start,
  { queries, passages }: Materialised,
  { maxQueryLength, maxPassageLength }: TrainingParams,
  signal: AbortSignal,
): Promise<Tokens> {
  const tokenizer = await openTokenizer(tokenizerPath);
  const { encoder, maxLength, prompts } = config;
  async function encode(texts: string[], prompt: string, length: number): Promise<Ragged> {
    const blocks: Ragged[] = [];
    for (let from = 0; from < texts.length; from += blockTexts) {
      signal.throwIfAborted();
      const block = texts.slice(from, from + blockTexts).map((text) => prompt + text);
      const kept = Math.min(length, maxLength ?? length);
      blocks.push(await tokenizer.encode(block, kept, encoder.architecture !== 'STATIC'));
    }
    return joined(blocks);
  }
  return {
    queries: await encode(queries, prompts.query ?? '', maxQueryLength),
    passages: await encode(passages, prompts.passage ?? '', maxPassageLength),
  };
}

function joined(blocks: readonly Ragged[]): Ragged {
  const ids = new Int32Array(blocks.reduce((n, b) => n + b.ids.length, 0));
  const offsets = new Int32Array(1 + blocks.reduce((n, b) => n + b.offsets.length - 1, 0));
  let token = 0;
  let text = 0;
  for (const block of blocks) {
    ids.set(block.ids, token);
    offsets.set(
      block.offsets.map((o) => o + token),
      text,
    );
    token += block.ids.length;
    text += block.offsets.length - 1;
  }
  return { ids, offsets };
}

/** The most that a batch of these rows can hold. */
export function limitsOf(
  sets: readonly PairSet[],
  { queries, passages }: Tokens,
  { batchSize, accumulate = 1, distillation }: TrainingParams,
): BatchLimits {
  const longest = ({ offsets }: Tokens['queries']) =>
    offsets.reduce((most, end, i) => Math.max(most, i === 0 ? 0 : end - offsets[i - 1]), 0);
  const negatives = Math.max(
    ...sets.map(({ negativeStarts: n }) =>
      n.reduce((most, end, i) => Math.max(most, i === 0 ? 0 : end - n[i - 1]), 0),
    ),
  );
  const candidates = batchSize * (1 + negatives);
  const gib = (batchSize * candidates * 4) / 2 ** 30;
  if (gib > 2 && distillation?.contrastive !== 0)
    throw badInput(
      'batchSize',
      `batchSize ${batchSize} with ${negatives} hard negatives a row makes a matrix of similarities of ${gib.toFixed(1)} GiB; ` +
        'lower batchSize so that it is at most 2',
    );
  return {
    rows: batchSize,
    candidates,
    tokens: batchSize * longest(queries) + candidates * longest(passages),
    batches: accumulate,
  };
}

export async function learnerOf(
  { config, parent }: Start,
  job: Job<'TRAINING'>,
  tokens: Tokens,
  limits: BatchLimits,
  teacher: Teacher | null,
): Promise<Learner> {
  const { encoder } = config;
  const { seed, miniBatch = null, freeze = { embeddings: false, layers: 0 } } = job.params;
  const options: LearnerOptions = {
    objective: objectiveOf(job.params, config, teacher),
    ...{ teacher, miniBatch, frozen: freeze, threads: job.threads, device: job.device },
  };
  if (encoder.architecture === 'STATIC') {
    const table = parent ? parent.tensors.get('embedding.weight')!.data : initialTable(encoder, tokens, seed);
    return learnStatic(encoder, table, tokens, limits, options);
  }
  return learnBert(config, parent?.tensors ?? initialBert(encoder, seed), tokens, limits, options);
}
