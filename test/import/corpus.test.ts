import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { importCorpus, jsonl } from './start.ts';

test('segments, pairs and paraphrases are read by their own shapes', async () => {
  const { text, meta, logs } = await importCorpus(
    jsonl(
      { id: 's1', texts: { ko: '안녕', en: 'hello' }, doc: 'd', source: 'web', tr: 'human' },
      {
        query: { en: 'who?' },
        passage: { en: 'me', ko: '나' },
        id: 7,
        negatives: { ko: ['너', ' '], en: [] },
      },
      { id: 'x', lang: 'en', a: 'one', b: 'two', score: 4.5 },
    ),
  );
  assert.equal(
    text,
    '{"id":"s1","doc":"d","source":"web","attributes":{"tr":"human"},"kind":"SEGMENT","texts":{"en":"hello","ko":"안녕"}}\n' +
      '{"id":"7","kind":"PAIR","query":{"en":"who?"},"passage":{"en":"me","ko":"나"},"negatives":{"ko":["너"]}}\n' +
      '{"id":"x","attributes":{"score":4.5},"kind":"PARAPHRASE","language":"en","paraphrases":["one","two"]}\n',
  );
  const { digest, ...rest } = meta;
  assert.match(String(digest), /^[0-9a-f]{64}$/);
  assert.deepEqual(rest, {
    languages: ['en', 'ko'],
    units: 3,
    byKind: { SEGMENT: 1, PAIR: 1, PARAPHRASE: 1 },
    texts: 8,
    textsByLanguage: { en: 5, ko: 3 },
    docs: 1,
    bytes: Buffer.byteLength(text),
    report: { read: 3, kept: 3, dropped: {}, warnings: [] },
  });
  assert.deepEqual(logs, []);
});

test('texts are NFC without outer white space; ids and names stay as they are', async () => {
  const { lines } = await importCorpus(
    jsonl({
      id: ' e\u0301 ',
      doc: 'e\u0301',
      texts: { ko: ' \u1112\u1161\u11ab\u3000', en: '\ufeffcafe\u0301 au  lait\r\n' },
    }),
  );
  assert.deepEqual(lines, [
    { id: ' e\u0301 ', doc: 'e\u0301', kind: 'SEGMENT', texts: { en: 'caf\u00e9 au  lait', ko: '\ud55c' } },
  ]);
});

test('an empty or null text is an absent language; what is left without text is dropped and told', async () => {
  const { lines, meta, logs } = await importCorpus(
    jsonl(
      { id: 1, texts: { ko: ' ', en: 'kept' } },
      { id: 2, texts: { ko: '', en: null } },
      { id: 3, texts: {} },
      '',
      { id: 4, query: { ko: '질문' }, passage: { ko: ' \n ' } },
      { id: 5, query: {}, passage: {} },
      { id: 6, lang: 'ko', a: '하나', b: '' },
    ),
    { name: 'given.jsonl' },
  );
  assert.deepEqual(lines, [{ id: '1', kind: 'SEGMENT', texts: { en: 'kept' } }]);
  const at = (line: number, id: string) => ({ file: 'given.jsonl', line, id });
  assert.deepEqual(meta.report, {
    read: 6,
    kept: 1,
    dropped: {
      EMPTY: { count: 3, examples: [at(2, '2'), at(3, '3'), at(6, '5')] },
      INCOMPLETE: { count: 2, examples: [at(5, '4'), at(7, '6')] },
    },
    warnings: ['5 of 6 records were left out: EMPTY 3, INCOMPLETE 2'],
  });
  assert.deepEqual(logs, ['5 of 6 records were left out: EMPTY 3, INCOMPLETE 2']);
});

test('the texts of an earlier unit are dropped, whatever stands beside them; 20 places are named', async () => {
  const again = Array.from({ length: 25 }, (_, i) => ({
    id: `again${i}`,
    texts: { en: 'a ', ko: '가' },
    doc: `${i}`,
  }));
  const { lines, meta } = await importCorpus(
    jsonl(
      { id: 'first', texts: { ko: '가', en: 'a' } },
      ...again,
      { id: 'other', texts: { en: 'a' } },
      { id: 'pair', query: { en: 'a' }, passage: { en: 'a' } },
    ),
  );
  assert.deepEqual(
    lines.map(({ id }) => id),
    ['first', 'other', 'pair'],
  );
  const { count, examples } = (
    meta.report as { dropped: Record<string, { count: number; examples: object[] }> }
  ).dropped.DUPLICATE;
  assert.equal(count, 25);
  assert.deepEqual(examples.length, 20);
  assert.deepEqual(examples[19], { file: 'corpus.jsonl', line: 21, id: 'again19' });
});

test('file order is kept and documents that go on elsewhere are told', async () => {
  const unit = (id: string, doc?: string) => ({ id, doc, texts: { en: `text ${id}` } });
  const { lines, meta } = await importCorpus(
    jsonl(unit('z', 'A'), unit('y'), unit('x', 'A'), unit('w', 'B'), unit('v', 'A'), unit('u', 'B')),
  );
  assert.deepEqual(
    lines.map(({ id, doc }) => [id, doc]),
    [
      ['z', 'A'],
      ['y', undefined],
      ['x', 'A'],
      ['w', 'B'],
      ['v', 'A'],
      ['u', 'B'],
    ],
  );
  assert.equal(meta.docs, 2);
  assert.deepEqual((meta.report as { warnings: string[] }).warnings, [
    'documents that go on after units of another one: 2; only units next to one another count as neighbours',
  ]);
});

test('attributes are sorted, so that the order of keys in the file changes no digest', async () => {
  const one = await importCorpus(
    jsonl('{"id":1,"texts":{"en":"a","ko":"b"},"z":{"q":1,"p":[{"b":1,"a":2}]},"a":null}'),
  );
  const two = await importCorpus(
    jsonl('{"a":null,"z":{"p":[{"a":2,"b":1}],"q":1},"texts":{"ko":"b","en":"a"},"id":"1"}'),
  );
  assert.equal(one.text, two.text);
  assert.deepEqual(Object.keys(one.lines[0].attributes as object), ['a', 'z']);
});

test('a key named __proto__ is data and reaches no prototype', async () => {
  const { lines } = await importCorpus(
    jsonl(
      '{"id":1,"texts":{"en":"a"},"__proto__":{"texts":{"en":"b"},"polluted":1},"constructor":{"__proto__":{"polluted":1}}}',
    ),
  );
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  const attributes = lines[0].attributes as Record<string, Record<string, unknown>>;
  assert.deepEqual(Object.keys(attributes), ['__proto__', 'constructor']);
  assert.deepEqual(Object.keys(Object.getOwnPropertyDescriptor(attributes, '__proto__')?.value), [
    'polluted',
    'texts',
  ]);
  assert.equal(Object.getPrototypeOf(attributes.constructor), Object.prototype);
});

test('a byte order mark, CRLF, blank lines and a missing last line feed are no part of the records', async () => {
  const plain = jsonl({ id: 1, texts: { en: 'a' } }, { id: 2, texts: { en: 'b' } });
  const dressed = Buffer.from(`\ufeff\r\n${plain.toString().replaceAll('\n', '\r\n \t\r\n')}`.trimEnd());
  assert.equal((await importCorpus(dressed)).text, (await importCorpus(plain)).text);
});

test('gzip is known by its bytes, not by its name, and members follow one another', async () => {
  const [a, b] = [jsonl({ id: 1, texts: { en: 'a' } }), jsonl({ id: 2, texts: { en: 'b' } })];
  const plain = await importCorpus(Buffer.concat([a, b]), { name: 'plain.jsonl.gz' });
  const zipped = await importCorpus(Buffer.concat([gzipSync(a), gzipSync(b)]), { name: 'zipped.jsonl' });
  assert.equal(zipped.text, plain.text);
  assert.deepEqual(zipped.progress.at(-1), [
    gzipSync(a).length + gzipSync(b).length,
    gzipSync(a).length + gzipSync(b).length,
    'bytes',
  ]);
});

test('line separators inside texts do not end a line', async () => {
  const text = 'a\u2028b\u2029c\u0085d';
  assert.deepEqual((await importCorpus(jsonl({ id: 1, texts: { en: text } }))).lines[0].texts, { en: text });
});

test('an aborted import throws the reason', async () => {
  const reason = new Error('asked to stop');
  await assert.rejects(
    importCorpus(jsonl({ id: 1, texts: { en: 'a' } }), { signal: AbortSignal.abort(reason) }),
    reason,
  );
});
