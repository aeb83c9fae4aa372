import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '#src/errors.ts';
import { sha256 } from '#src/recipes/canonical.ts';
import { badInput, importCorpus, jsonl, refusal } from './start.ts';

const good = { id: 'good', texts: { en: 'fine' } };
const withText = (text: unknown) => ({ id: 1, texts: { ko: text } });
const withAttribute = (json: string) => `{"id":1,"texts":{"en":"a"},"a":${json}}`;
const noShape =
  'is none of {id, texts}, {id, query, passage} and {id, lang, a, b}; give a mapping that names its text fields';

/** What stands in the second line of a file, and what is said of it. */
const records: Record<string, [unknown, string]> = {
  'not JSON': ['{"id": 1,}', 'is not JSON (character 10); write one JSON object per line'],
  'cut off': ['{"id": 1, "te', 'is not JSON (character 14); write one JSON object per line'],
  'not JSON at all': ['hello', 'is not JSON; write one JSON object per line'],
  'an array': [[good], 'is an array, not an object; write one JSON object per line'],
  null: ['null', 'is null, not an object; write one JSON object per line'],
  'a number': ['12', 'is a number, not an object; write one JSON object per line'],
  'nested without end': ['['.repeat(100_000), 'is not JSON; write one JSON object per line'],
  'a NUL byte': ['{"id":"a\0b"}', 'holds a NUL (U+0000); remove it'],
  'a NUL escape': ['{"id":1,"texts":{"ko":"a\\u0000b"}}', '"texts.ko" holds a NUL (U+0000); remove it'],
  'a lone surrogate': [
    '{"id":1,"texts":{"ko":"a\\ud800b"}}',
    '"texts.ko" holds half of a surrogate pair; write the whole character',
  ],
  'surrogates the wrong way round': [
    '{"id":1,"texts":{"ko":"\\udc00\\ud800"}}',
    '"texts.ko" holds half of a surrogate pair; write the whole character',
  ],
  'a NUL in an attribute': [withAttribute('[{"b":"\\u0000"}]'), '"a[0].b" holds a NUL (U+0000); remove it'],
  'a surrogate in a key': [
    withAttribute('{"\\udfff":1}'),
    '"\\udfff" holds half of a surrogate pair; write the whole character',
  ],
  'a NUL in an id': ['{"id":"\\u0000","texts":{"ko":"a"}}', '"id" holds a NUL (U+0000); remove it'],
  'a tab in an id': ['{"id":"a\\tb","texts":{"ko":"a"}}', '"id" holds a control character; remove it'],
  'no id': [
    { texts: { en: 'a' } },
    'has no "id"; give every record an id of its own, a string or an integer, or name its field with mapping.id',
  ],
  'an empty id': [
    { id: '', texts: { en: 'a' } },
    'has no "id"; give every record an id of its own, a string or an integer, or name its field with mapping.id',
  ],
  'a fraction for an id': [{ id: 1.5, texts: { en: 'a' } }, '"id" is a number; write it as a string'],
  'an id beyond 2^53': [
    '{"id":9007199254740993,"texts":{"en":"a"}}',
    '"id" is a number; write it as a string',
  ],
  'an object for an id': [{ id: {}, texts: { en: 'a' } }, '"id" is an object; write it as a string'],
  'an object for a source': [{ ...good, source: { url: '' } }, '"source" is an object; write it as a string'],
  'the same id': [good, 'has the id "good" of line 1; give every record an id of its own'],
  'a number for a text': [withText(5), '"texts.ko" is a number, not a string; write texts as strings'],
  'an array for a text': [withText(['a']), '"texts.ko" is an array, not a string; write texts as strings'],
  'texts in an array': [
    { id: 1, texts: ['a'] },
    '"texts" is an array, not an object of language and text; give a mapping that says its language',
  ],
  'a query without its language': [
    { id: 1, query: 'q', passage: 'p' },
    '"query" is a string, not an object of language and text; give a mapping that says its language',
  ],
  'no language tag': [
    { id: 1, texts: { Korean: 'a' } },
    '"Korean" in "texts" is no language; use a BCP 47 tag such as "ko" or "en"',
  ],
  '__proto__ for a language': [
    '{"id":1,"texts":{"__proto__":"a"}}',
    '"__proto__" in "texts" is no language; use a BCP 47 tag such as "ko" or "en"',
  ],
  'a paraphrase of no language': [
    { id: 1, lang: '', a: 'a', b: 'b' },
    '"" in "lang" is no language; use a BCP 47 tag such as "ko" or "en"',
  ],
  'negatives that are no array': [
    { id: 1, query: { en: 'q' }, passage: { en: 'p' }, negatives: { en: 5 } },
    '"negatives.en" is a number, not an array of texts; write ["...", "..."]',
  ],
  'a negative that is no text': [
    { id: 1, query: { en: 'q' }, passage: { en: 'p' }, negatives: { en: ['a', {}] } },
    '"negatives.en[1]" is an object, not a string; write texts as strings',
  ],
  'three paraphrases': [
    { id: 1, language: 'en', paraphrases: ['a', 'b', 'c'] },
    '"paraphrases" is not an array of two texts; write ["...", "..."]',
  ],
  'two shapes': [
    { id: 1, texts: {}, query: {}, passage: {} },
    'can be read as {texts} or {query, passage}; give a mapping that says which fields are meant',
  ],
  'a kind that is another': [
    { id: 1, kind: 'PAIR', texts: { en: 'a' } },
    'says it is a PAIR and has the fields of a SEGMENT; mend or remove "kind"',
  ],
  'a flat segment': [
    { id: 1, ko: '가', en: 'a', source: 'web', doc: 'd', n: 4 },
    `${noShape}, such as {"texts":[{"language":"ko","field":"ko"},{"language":"en","field":"en"}]}`,
  ],
  'a flat pair': [
    { id: 1, q_ko: '가', q_en: 'a', p_en: 'b' },
    `${noShape}, such as {"query":[{"language":"ko","field":"q_ko"},{"language":"en","field":"q_en"}],"passage":[{"language":"en","field":"p_en"}]}`,
  ],
  'no text at all': [{ id: 1, title: 'a' }, noShape],
  'an attribute twice': [
    { ...good, id: 2, attributes: { tr: 'human' }, tr: 'machine' },
    '"tr" stands in the record and in its attributes; keep one',
  ],
  'an attribute that overflows': [
    withAttribute('1e999'),
    '"a" is a number that is not kept exactly; write it as a string',
  ],
  'an attribute beyond 2^53': [
    withAttribute('[9007199254740993]'),
    '"a[0]" is a number that is not kept exactly; write it as a string',
  ],
};

for (const [name, [record, message]] of Object.entries(records))
  test(`refused: ${name}`, async () => {
    assert.equal(await badInput(importCorpus(jsonl(good, record))), `corpus.jsonl line 2: ${message}`);
  });

const limits: Record<string, [unknown, string]> = {
  'a long id': [{ id: '가'.repeat(342), texts: { en: 'a' } }, '"id" is longer than 1024 bytes; shorten it'],
  'a long document name': [
    { ...good, id: 1, doc: 'a'.repeat(1025) },
    '"doc" is longer than 1024 bytes; shorten it',
  ],
  'large attributes': [
    { ...good, id: 1, html: 'a'.repeat(65_536) },
    'the fields beside the texts are larger than 65536 bytes; leave the large ones out',
  ],
  'deep attributes': [
    withAttribute(`${'['.repeat(8)}${']'.repeat(8)}`),
    `"a${'[0]'.repeat(7)}" is an array nested deeper than 8 levels; flatten it`,
  ],
  'deep attributes of objects': [
    withAttribute(`${'{"b":'.repeat(8)}1${'}'.repeat(8)}`),
    `"a${'.b'.repeat(7)}" is an object nested deeper than 8 levels; flatten it`,
  ],
  'a line of 9 MiB': [
    { id: 1, texts: { en: 'a'.repeat(9 << 20) } },
    'is longer than 8388608 bytes; split or shorten the record',
  ],
};

for (const [name, [record, message]] of Object.entries(limits))
  test(`beyond a limit: ${name}`, async () => {
    assert.equal(
      await refusal(importCorpus(jsonl(good, record))),
      `LIMIT_EXCEEDED: corpus.jsonl line 2: ${message}`,
    );
  });

test('an integer and its digits are the same id', async () => {
  assert.equal(
    await badInput(importCorpus(jsonl({ id: '17', texts: { en: 'a' } }, '', { id: 17, texts: {} }))),
    'corpus.jsonl line 3: has the id "17" of line 1; give every record an id of its own',
  );
});

test('names, attributes and languages up to their limits are taken', async () => {
  const tags = [...'abcdefghijklmnop'].flatMap((a) => [...'abcdefghijklmnop'].map((b) => `q${a}${b}`));
  const { lines } = await importCorpus(
    jsonl(
      { id: '가'.repeat(341), doc: 'a'.repeat(1024), texts: { en: 'a' }, a: [[[[[[[1]]]]]]] },
      { id: 2, texts: Object.fromEntries(tags.slice(1).map((tag) => [tag, 'b'])) },
    ),
  );
  assert.equal(lines.length, 2);
  assert.equal(
    await refusal(
      importCorpus(jsonl({ id: 2, texts: Object.fromEntries([...tags, 'en'].map((tag) => [tag, 'b'])) })),
    ),
    'LIMIT_EXCEEDED: corpus.jsonl line 1: is of one more than 256 languages; split the corpus',
  );
});

test('bytes that are not UTF-8 are named', async () => {
  const line = (...bytes: number[]) =>
    Buffer.concat([jsonl(good), Buffer.from('{"id":"\ufffd가'), Buffer.from(bytes)]);
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xea, 0xb0], [0xf5, 0x80, 0x80, 0x80]])
    assert.equal(
      await badInput(importCorpus(line(...bytes, 0x0a))),
      'corpus.jsonl line 2: byte 14 is not UTF-8; save the file as UTF-8',
    );
  assert.equal(
    await badInput(importCorpus(Buffer.from('\ufeff{"id":1}\n', 'utf16le'))),
    'corpus.jsonl line 1: byte 1 is not UTF-8; save the file as UTF-8',
  );
});

test('a file without records, or without one that is kept, is no corpus', async () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('\n \n')])
    assert.equal(await badInput(importCorpus(bytes)), 'corpus.jsonl: has no records');
  assert.equal(
    await badInput(importCorpus(jsonl({ id: 1, texts: {} }, { id: 2, lang: 'en', a: 'x', b: null }))),
    'corpus.jsonl: all 2 records were left out: EMPTY 1, INCOMPLETE 1',
  );
});

test('a file that changed since the launch is refused', async () => {
  assert.equal(
    await badInput(importCorpus(jsonl(good), { digest: sha256('what it was') })),
    'corpus.jsonl: has changed since the import was launched; launch it again',
  );
});

test('a file of the store, named by its digest, is called the source', async () => {
  assert.equal(await badInput(importCorpus(jsonl(), { name: sha256('a') })), 'source: has no records');
});

test('the error names the place for programs too', async () => {
  await assert.rejects(importCorpus(jsonl(good, '{')), (error) => {
    assert.ok(error instanceof UserError);
    assert.deepEqual(error.issues, [
      { path: 'corpus.jsonl line 2', message: 'is not JSON (character 2); write one JSON object per line' },
    ]);
    return true;
  });
});
