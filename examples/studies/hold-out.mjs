/**
 * Holds one source out of the corpora and makes a benchmark in four directions of its title-passage pairs.
 *
 *   node examples/studies/hold-out.mjs UNITS.jsonl.gz PAIRS.jsonl.gz SOURCE OUT
 *
 * Records name their source; pairs have q_ko, q_en, p_ko, p_en. Pairs whose title or passage stands twice in the source,
 * in either language, are left out: for them there is more than one right answer.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const [unitsFile, pairsFile, source, out] = process.argv.slice(2);
if (!out) {
  process.stderr.write('usage: node hold-out.mjs UNITS PAIRS SOURCE OUT\n');
  process.exit(1);
}
const read = (file) => {
  const bytes = readFileSync(file);
  const lines = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
};
const write = (folder, file, rows) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
};

const pairs = read(pairsFile);
const kept = (records) => records.filter((record) => record.source !== source);
write(out, 'units.jsonl', kept(read(unitsFile)));
write(out, 'query-passage.jsonl', kept(pairs));

const held = pairs.filter((pair) => pair.source === source);
const count = new Map();
const keys = (pair) => ['q_ko', 'q_en', 'p_ko', 'p_en'].map((field) => field[0] + pair[field]);
for (const key of held.flatMap(keys)) count.set(key, (count.get(key) ?? 0) + 1);
const single = held.filter((pair) => keys(pair).every((key) => count.get(key) === 1));
for (const q of ['ko', 'en'])
  for (const p of ['ko', 'en']) {
    const folder = join(out, source, `${q}-${p}`);
    const passages = single.map((pair) => ({ _id: pair.id, title: '', text: pair[`p_${p}`] }));
    write(folder, 'corpus.jsonl', passages);
    const queries = single.map((pair) => ({ _id: `q-${pair.id}`, text: pair[`q_${q}`] }));
    write(folder, 'queries.jsonl', queries);
    mkdirSync(join(folder, 'qrels'), { recursive: true });
    const qrels = single.map((pair) => `q-${pair.id}\t${pair.id}\t1\n`);
    writeFileSync(join(folder, 'qrels', 'test.tsv'), `query-id\tcorpus-id\tscore\n${qrels.join('')}`);
  }
process.stdout.write(
  `${single.length} of ${held.length} pairs of ${source} are the benchmark ${join(out, source)}\n`,
);
