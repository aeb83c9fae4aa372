/** What the benches of training and encoding take from a corpus: pairs in two languages, and a tokenizer. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { run } from '#workers/tokenize/main.ts';
import { stream } from '#workers/train/random.ts';

export interface Texts {
  anchors: string[];
  positives: string[];
}

/** A segment or a pair, normalised or as its makers name the fields. */
type ByLanguage = Record<string, string>;
interface Line {
  texts?: ByLanguage;
  query?: ByLanguage;
  passage?: ByLanguage;
  ko?: string;
  en?: string;
  q_ko?: string;
  p_en?: string;
}

export const readCorpus = (path: string): Line[] =>
  (path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path))
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

function pairOf(unit: Line): [anchor: string, positive: string] {
  if (unit.q_ko) return [unit.q_ko, unit.p_en!];
  if (unit.ko) return [unit.ko, unit.en!];
  const [from, to] = unit.query ? [unit.query, unit.passage!] : [unit.texts!, unit.texts!];
  return [Object.values(from).at(-1)!, Object.values(to)[0]];
}

export function drawBatches(lines: readonly Line[], batch: number, steps: number): Texts[] {
  const { uniform } = stream(7);
  return Array.from({ length: steps }, () => {
    const rows = Array.from({ length: batch }, () => pairOf(lines[Math.floor(uniform() * lines.length)]));
    return { anchors: rows.map((r) => r[0]), positives: rows.map((r) => r[1]) };
  });
}

/** Trains a tokenizer on all texts, as launchTokenizer does; returns the path of its tokenizer.json in the folder. */
export async function trainTokenizer(lines: readonly Line[], vocabSize: number, folder: string) {
  const path = join(folder, 'texts.jsonl');
  const units = lines.map(({ texts, query, passage, ...named }, i) => {
    const own = Object.entries(named).filter(([name]) => /^([qp]_)?(ko|en)$/.test(name));
    const all = [
      own,
      ...[texts, query, passage].map((byLanguage) => Object.entries(byLanguage ?? {})),
    ].flat();
    return { id: String(i), kind: 'SEGMENT', texts: Object.fromEntries(all.map(([, text], n) => [n, text])) };
  });
  writeFileSync(path, units.map((unit) => `${JSON.stringify(unit)}\n`).join(''));
  const params = { algorithm: 'UNIGRAM', vocabSize, lowercase: false } as const;
  const report = { signal: new AbortController().signal, progress() {}, metrics() {}, log() {}, output() {} };
  const input = { role: 'corpus', digest: '', path };
  const job = { run: 'bench', attempt: 1, kind: 'TOKENIZER', scratch: folder, out: folder } as const;
  await run({ ...job, threads: 1, params, inputs: [input] }, report);
  return join(folder, 'tokenizer.json');
}
