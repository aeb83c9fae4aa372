import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { benchmarkUnits, languages, writeBenchmark } from '../../sample/benchmark.ts';
import { domains, sampleUnits } from '../../sample/corpus.ts';

const units = await benchmarkUnits();
const asked = units.filter((unit) => unit.query);
const textsIn = (language: string) =>
  units.flatMap((unit) => [unit.query?.[language] ?? [], unit.passage[language]].flat());

test('at least 120 questions over all domains, and at least 100 passages without one', () => {
  assert.ok(asked.length >= 120, `${asked.length}`);
  assert.ok(units.length - asked.length >= 100, `${units.length - asked.length}`);
  for (const { name } of domains)
    assert.ok(asked.filter((unit) => unit.id.startsWith(`${name}-`)).length >= 8, name);
  assert.equal(new Set(units.map((unit) => unit.id)).size, units.length);
});

test('every text is there once, in its language, in NFC', () => {
  for (const language of languages) {
    const texts = textsIn(language);
    assert.equal(texts.length, units.length + asked.length);
    assert.equal(new Set(texts).size, texts.length);
    for (const text of texts) {
      assert.equal(/\p{Script=Hangul}/u.test(text), language === 'ko', text);
      assert.equal(text, text.normalize('NFC').trim());
      assert.match(text, /[.?!]$/);
    }
  }
});

test('nothing of the benchmark is in the corpus', () => {
  for (const language of languages) {
    const held = new Set(textsIn(language));
    for (const { id, query, passage } of sampleUnits()) {
      assert.ok(!held.has(query[language]), id);
      assert.ok(!held.has(passage[language]), id);
    }
  }
});

test('a folder per direction in BEIR layout, the same ids in all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sample-'));
  try {
    await writeBenchmark(folder);
    assert.deepEqual((await readdir(folder)).sort(), ['en-en', 'en-ko', 'ko-en', 'ko-ko']);
    const records = async (...path: string[]) =>
      (await readFile(join(folder, ...path), 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    for (const direction of await readdir(folder)) {
      const [queryLang, docLang] = direction.split('-');
      const queries = await records(direction, 'queries.jsonl');
      const corpus = await records(direction, 'corpus.jsonl');
      assert.deepEqual(
        queries,
        asked.map((unit) => ({ _id: `q-${unit.id}`, text: unit.query![queryLang] })),
      );
      assert.deepEqual(
        corpus,
        units.map((unit) => ({ _id: `d-${unit.id}`, title: '', text: unit.passage[docLang] })),
      );
      const qrels = await readFile(join(folder, direction, 'qrels', 'test.tsv'), 'utf8');
      assert.deepEqual(qrels.trimEnd().split('\n'), [
        'query-id\tcorpus-id\tscore',
        ...asked.map((unit) => `q-${unit.id}\td-${unit.id}\t1`),
      ]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
