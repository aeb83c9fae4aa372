import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { sha256 } from '#src/recipes/canonical.ts';
import { domains, sampleUnits, writeCorpus } from '../../sample/corpus.ts';

const units = [...sampleUnits()];
const texts = units.flatMap((unit) =>
  (['query', 'passage'] as const).flatMap((part) =>
    ['ko', 'en'].map((language) => ({ id: unit.id, part, language, text: unit[part][language] })),
  ),
);
const offenders = (wrong: (entry: (typeof texts)[number]) => boolean) =>
  texts
    .filter(wrong)
    .slice(0, 5)
    .map(({ id, text }) => `${id}: ${text}`);

test('there are at least 6,000 units, and no text of a kind and language occurs twice', () => {
  assert.ok(units.length >= 6000, `${units.length}`);
  assert.equal(new Set(units.map((unit) => unit.id)).size, units.length);
  for (const part of ['query', 'passage'] as const)
    for (const language of ['ko', 'en']) {
      const seen = new Map<string, string>();
      for (const unit of units) {
        const text = unit[part][language];
        assert.equal(seen.get(text), undefined, `${unit.id} repeats ${seen.get(text)}: ${text}`);
        seen.set(text, unit.id);
      }
    }
});

test('at least 12 domains, each with at least 300 units', () => {
  assert.ok(domains.length >= 12);
  for (const { name } of domains) {
    const count = units.filter((unit) => unit.attributes?.domain === name).length;
    assert.ok(count >= 300, `${name}: ${count}`);
  }
});

test('the four texts of a unit differ, and a passage is more than its question', () => {
  for (const { id, query, passage } of units) {
    assert.equal(new Set([query.ko, query.en, passage.ko, passage.en]).size, 4, id);
    assert.ok(passage.ko.length >= 20 && passage.en.length >= 40, `${id}: ${passage.en}`);
  }
});

test('Korean is Korean and English is English', () => {
  assert.deepEqual(
    offenders(({ language, text }) => language === 'ko' && /\p{Script=Latin}/u.test(text)),
    [],
  );
  assert.deepEqual(
    offenders(({ language, text }) => language === 'ko' && !/\p{Script=Hangul}/u.test(text)),
    [],
  );
  assert.deepEqual(
    offenders(({ language, text }) => language === 'en' && /\p{Script=Hangul}/u.test(text)),
    [],
  );
});

test('no slot is left open, no space doubled, every text a sentence in NFC', () => {
  assert.deepEqual(
    offenders(({ text }) => /[{}]|undefined|\s\s|^\s|\s$|\s[.,?!]/.test(text)),
    [],
  );
  assert.deepEqual(
    offenders(({ text }) => !/[.?!]$/.test(text)),
    [],
  );
  assert.deepEqual(
    offenders(({ text }) => text !== text.normalize('NFC')),
    [],
  );
  assert.deepEqual(
    offenders(({ language, text }) => language === 'en' && !/^["\dA-Z]/.test(text)),
    [],
  );
});

test('no particle is doubled, no article misplaced, no word repeated', () => {
  const doubled = /(을를|를을|은는|는은|과와|와과|으로로|로으로|에에|를를)/;
  assert.deepEqual(
    offenders(({ language, text }) => language === 'ko' && doubled.test(text)),
    [],
  );
  assert.deepEqual(
    offenders(({ language, text }) => language === 'en' && /\b(an?|the) (an?|the)\b/i.test(text)),
    [],
  );
  assert.deepEqual(
    offenders(({ language, text }) => language === 'en' && /\b(\w+) \1\b/i.test(text)),
    [],
  );
  assert.deepEqual(
    offenders(({ language, text }) => language === 'en' && /\ban [^aeiouh]|\ba [aeio]/i.test(text)),
    [],
  );
});

test('questions give away no digits: across languages nothing is shared but meaning', () => {
  const questions = texts.filter(({ part }) => part === 'query');
  assert.deepEqual(
    questions.filter(({ text }) => /\d/.test(text)),
    [],
  );
});

test('the file is what it was', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sample-'));
  try {
    const path = join(folder, 'import', 'corpus.jsonl');
    await writeCorpus(path);
    const bytes = await readFile(path);
    const lines = bytes.toString().trimEnd().split('\n');
    assert.equal(lines.length, units.length);
    const { id, source, query, passage } = units[0];
    assert.deepEqual(JSON.parse(lines[0]), { id, source, query, passage, domain: 'bank', topic: 'account' });
    assert.equal(sha256(bytes), '32c74768db2f4ebef95fc65b64661bdb6b143af682c07dadd5e47d1b5cf76c32');
  } finally {
    await rm(folder, { recursive: true });
  }
});
