import assert from 'node:assert/strict';
import { test } from 'node:test';
import { badInput, importCorpus, jsonl } from './start.ts';

const of = (language: string, field: string) => ({ language, field });

test('texts are taken from named fields; the rest are attributes', async () => {
  const { text, meta } = await importCorpus(
    jsonl(
      { id: 'u0', ko: '그는 달렸다.', en: 'He ran.', source: 'tatoeba', tr: 'human', doc: 'd' },
      { id: 'u1', ko: '걷다', source: 'tatoeba' },
      { id: 'u2', ko: '', en: ' ' },
    ),
    { mapping: { texts: [of('ko', 'ko'), of('en', 'en')] } },
  );
  assert.equal(
    text,
    '{"id":"u0","doc":"d","source":"tatoeba","attributes":{"tr":"human"},"kind":"SEGMENT","texts":{"en":"He ran.","ko":"그는 달렸다."}}\n' +
      '{"id":"u1","source":"tatoeba","kind":"SEGMENT","texts":{"ko":"걷다"}}\n',
  );
  assert.deepEqual(meta.textsByLanguage, { en: 1, ko: 2 });
});

test('id, document and source have the names that the mapping gives them', async () => {
  const { lines } = await importCorpus(
    jsonl({ key: 5, page: 'p', corpus: 'c', doc: 'mine', source: 3, text: 'a' }),
    {
      mapping: { id: 'key', doc: 'page', source: 'corpus', texts: [of('en', 'text')] },
    },
  );
  assert.deepEqual(lines, [
    {
      id: '5',
      doc: 'p',
      source: 'c',
      attributes: { doc: 'mine', source: 3 },
      kind: 'SEGMENT',
      texts: { en: 'a' },
    },
  ]);
});

test('pairs take queries, passages and negatives; several fields may hold negatives of a language', async () => {
  const record = { id: 1, q_ko: '질문', p_en: 'answer', p_ko: '답', n1: 'no', n2: ['never', ''], n3: null };
  const { lines } = await importCorpus(jsonl(record), {
    mapping: {
      query: [of('ko', 'q_ko')],
      passage: [of('ko', 'p_ko'), of('en', 'p_en')],
      negatives: [of('en', 'n2'), of('en', 'n1'), of('ko', 'n3')],
    },
  });
  assert.deepEqual(lines, [
    {
      id: '1',
      kind: 'PAIR',
      query: { ko: '질문' },
      passage: { en: 'answer', ko: '답' },
      negatives: { en: ['never', 'no'] },
    },
  ]);
});

test('paraphrases take their language from a field', async () => {
  const mapping = { paraphrase: { language: 'l', first: 'x', second: 'y' } };
  const { lines } = await importCorpus(jsonl({ id: 1, l: 'zh-Hant', x: 'a', y: 'b', lang: 'en' }), {
    mapping,
  });
  assert.deepEqual(lines, [
    { id: '1', attributes: { lang: 'en' }, kind: 'PARAPHRASE', language: 'zh-Hant', paraphrases: ['a', 'b'] },
  ]);
  assert.equal(
    await badInput(importCorpus(jsonl({ id: 1, x: 'a', y: 'b' }), { mapping })),
    'corpus.jsonl line 1: "" in "l" is no language; use a BCP 47 tag such as "ko" or "en"',
  );
});

test('fields that every object inherits are no fields of a record', async () => {
  const texts = [of('en', 'en'), of('ko', 'toString')];
  const { lines } = await importCorpus(jsonl({ id: 1, en: 'a' }, { id: 2, en: 'b', toString: '가' }), {
    mapping: { texts },
  });
  assert.deepEqual(
    lines.map((line) => line.texts),
    [{ en: 'a' }, { en: 'b', ko: '가' }],
  );
});

test('a record that has the shape of a unit is still read by the mapping', async () => {
  const { lines } = await importCorpus(jsonl({ id: 1, texts: { en: 'a' }, body: 'b', kind: 'PAIR' }), {
    mapping: { texts: [of('en', 'body')] },
  });
  assert.deepEqual(lines, [
    { id: '1', attributes: { kind: 'PAIR', texts: { en: 'a' } }, kind: 'SEGMENT', texts: { en: 'b' } },
  ]);
});

test('a field that no record has is a mistake in the mapping', async () => {
  const records = jsonl({ id: 1, ko: '가' }, { id: 2, ko: '나' });
  const unseen = (mapping: object) => badInput(importCorpus(records, { mapping }));
  const message = (field: string) =>
    `corpus.jsonl: no record has the field "${field}" that the mapping names; mend the mapping`;
  assert.equal(await unseen({ texts: [of('ko', 'ko'), of('en', 'enn')] }), message('enn'));
  assert.equal(await unseen({ texts: [of('en', 'enn')] }), message('enn'));
  assert.equal(await unseen({ doc: 'page', texts: [of('ko', 'ko')] }), message('page'));
  assert.equal(
    await unseen({ id: 'key', texts: [of('ko', 'ko')] }),
    'corpus.jsonl line 1: has no "key"; give every record an id of its own, a string or an integer, or name its field with mapping.id',
  );
});

test('a mapping says one kind of unit, each language and each field once', async () => {
  const refused = (mapping: object) => badInput(importCorpus(jsonl({ id: 1, a: 'x' }), { mapping }));
  const one = 'a mapping names the fields of one kind of unit: texts, query and passage, or paraphrase';
  assert.equal(await refused({}), one);
  assert.equal(await refused({ texts: [of('en', 'a')], passage: [of('en', 'b')] }), one);
  assert.equal(await refused({ query: [of('en', 'a')] }), 'a mapping of pairs names both query and passage');
  assert.equal(
    await refused({ negatives: [of('en', 'a')] }),
    'a mapping of pairs names both query and passage',
  );
  assert.equal(await refused({ texts: [] }), 'mapping.texts names no field');
  assert.equal(
    await refused({ texts: [of('en', 'a'), of('en', 'b')] }),
    'mapping.texts[1] names the language en a second time',
  );
  assert.equal(
    await refused({ paraphrase: { language: 'l', first: 'a', second: 'a' } }),
    'mapping.paraphrase names one field twice',
  );
  assert.equal(
    await refused({ query: [of('en', 'a')], passage: [of('ko', 'a')] }),
    'mapping.passage[0] names the field a, which is mapping.query[0] already',
  );
});
