import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { badInput } from '#src/errors.ts';
import type { Reporter, Run } from '../job.ts';
import { trainBpe } from './bpe.ts';
import { countWords } from './counts.ts';
import { bpeModel, smallestVocabulary, specialTokens, tokenizerJson, unigramModel } from './definition.ts';
import { trainUnigram } from './unigram.ts';

/**
 * Train a tokenizer from corpora and write it as tokenizer.json. The trainers are ours: the Node binding of Hugging
 * Face's can be given no vocabulary size, no alphabet and no way to stop.
 */
export const run: Run<'TOKENIZER'> = async (job, report) => {
  const { algorithm, vocabSize, lowercase, languages } = job.params;
  if (vocabSize < smallestVocabulary) {
    throw badInput(
      'vocabSize',
      `a vocabulary of ${vocabSize} cannot hold the ${specialTokens.length} special tokens and the 256 bytes; ask for at least ${smallestVocabulary}`,
    );
  }
  const corpora = job.inputs.filter(({ role }) => role === 'corpus').map(({ path }) => path);
  const { words, texts } = await countWords(corpora, lowercase, languages, report);
  const size = vocabSize - specialTokens.length;
  const { model, tokens } =
    algorithm === 'BPE'
      ? await drive(byMerging(words, size), size, 'tokens', report)
      : await drive(byPruning(words, size), size, 'pieces in hand', report);
  if (tokens < size) {
    const possible = specialTokens.length + tokens;
    throw badInput(
      'vocabSize',
      `these texts have too few words for ${vocabSize} tokens: ask for at most ${possible}, or give more text`,
    );
  }
  const file = 'tokenizer.json';
  await writeFile(join(job.out, file), JSON.stringify(tokenizerJson(model, lowercase)));
  report.output('tokenizer', file, {
    ...{ algorithm, vocabSize, lowercase, languages: languages ?? null },
    ...{ texts, words: words.size, specialTokens },
  });
};

type Trained = { model: object; tokens: number };

function* byMerging(words: Map<string, number>, size: number): Generator<number, Trained> {
  const bpe = yield* trainBpe(words, size);
  return { model: bpeModel(bpe), tokens: bpe.tokens.length };
}

function* byPruning(words: Map<string, number>, size: number): Generator<number, Trained> {
  const unigram = yield* trainUnigram(words, size);
  return { model: unigramModel(unigram), tokens: unigram.bytes.length + unigram.pieces.length };
}

/** Runs a trainer to its end, letting signals in ten times a second. */
async function drive<T>(trainer: Generator<number, T>, total: number, unit: string, report: Reporter) {
  let due = 0;
  for (;;) {
    const { done, value } = trainer.next();
    if (done) return value as T;
    if (performance.now() < due) continue;
    report.progress(value as number, total, unit);
    await setImmediate();
    report.signal.throwIfAborted();
    due = performance.now() + 100;
  }
}
