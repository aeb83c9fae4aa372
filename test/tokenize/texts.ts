import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Unit } from '#src/corpora/unit.ts';
import type { Job, Reporter } from '#workers/job.ts';
import { wordsOf } from '#workers/tokenize/normalise.ts';

/** Aligned sentences of our own. */
export const sentences: [ko: string, en: string][] = [
  ['도서관은 아침 아홉 시에 문을 엽니다.', 'The library opens at nine in the morning.'],
  ['도서관에서 책을 세 권까지 빌릴 수 있습니다.', 'You can borrow up to three books from the library.'],
  ['버스는 십오 분마다 한 대씩 옵니다.', 'A bus comes every 15 minutes.'],
  ['비가 오면 경기는 다음 주로 미뤄집니다.', 'If it rains, the match is put off until next week.'],
  ['이 약은 식사 후에 하루 세 번 드세요.', 'Take this medicine three times a day after meals.'],
  ['빵을 굽기 전에 오븐을 180도로 예열합니다.', 'Preheat the oven to 180 degrees before you bake the bread.'],
  ['고양이가 창가에서 햇볕을 쬐고 있습니다.', 'The cat is lying in the sun by the window.'],
  ['내일 아침 회의는 아홉 시에 시작합니다.', 'The meeting tomorrow morning starts at nine.'],
  [
    '책을 늦게 돌려주면 다음 책을 빌릴 수 없습니다.',
    'If you return a book late, you cannot borrow the next book.',
  ],
  ['아침에 비가 와서 버스가 늦게 왔습니다.', 'It rained in the morning, so the bus came late.'],
  ['오븐에서 갓 나온 빵이 가장 맛있습니다.', 'Bread fresh from the oven tastes best.'],
  ['약을 먹고 나서 고양이에게 밥을 주세요.', 'Feed the cat after you have taken the medicine.'],
];

export const units: Unit[] = sentences.map(([ko, en], i) => ({
  kind: 'SEGMENT',
  id: `s${i}`,
  texts: { en, ko },
}));

export async function writeCorpus(dir: string, list: Unit[] = units): Promise<string> {
  const path = join(dir, 'corpus.jsonl');
  await writeFile(path, list.map((unit) => `${JSON.stringify(unit)}\n`).join(''));
  return path;
}

export function tokenizerJob(params: Partial<Job<'TOKENIZER'>['params']>, corpora: string[], dir: string) {
  const job: Job<'TOKENIZER'> = {
    ...{ run: 'r', attempt: 1, kind: 'TOKENIZER', scratch: dir, out: dir, threads: 1 },
    params: { algorithm: 'BPE', vocabSize: 400, lowercase: true, ...params },
    inputs: corpora.map((path) => ({ role: 'corpus', digest: '', path })),
  };
  return job;
}

/** A reporter that keeps what it is told. */
export function listener(signal = new AbortController().signal) {
  const outputs: { role: string; path: string; meta: Record<string, unknown> }[] = [];
  const progress: [number, number | null, string][] = [];
  const logs: string[] = [];
  const report: Reporter = {
    progress: (...args) => progress.push(args),
    metrics: () => {},
    log: (_level, message) => logs.push(message),
    output: (role, path, meta) => outputs.push({ role, path, meta }),
    signal,
  };
  return { report, outputs, progress, logs };
}

/** The words of the sentences, as the trainers are given them. */
export function wordCounts(): Map<string, number> {
  const words = new Map<string, number>();
  for (const word of sentences.flat().flatMap((text) => wordsOf(text, true))) {
    words.set(word, (words.get(word) ?? 0) + 1);
  }
  return words;
}

/** Runs a trainer to its end. */
export function finish<T>(trainer: Generator<number, T>): T {
  for (;;) {
    const { done, value } = trainer.next();
    if (done) return value as T;
  }
}
