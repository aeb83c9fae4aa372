import assert from 'node:assert/strict';
import { rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { sha256 } from '#src/recipes/canonical.ts';
import { badInput, importBenchmark, inFolder, jsonl, refusal } from './start.ts';

const header = 'query-id\tcorpus-id\tscore\n';
const queries = {
  ko: jsonl(
    { _id: 'q1', text: '질문 하나' },
    { _id: 'q2', text: ' 질문 둘 ' },
    { _id: 'q3', text: '판정 없음' },
  ),
  en: jsonl({ _id: 'q2', text: 'question two' }, { _id: 'q1', text: 'question one', metadata: {} }),
};
const corpus = jsonl(
  { _id: 'd2', title: 'Two', text: 'second' },
  { _id: 10, title: '', text: 'tenth' },
  { _id: 'd1', text: 'e\u0301' },
);
/** Two directions that share their documents. */
const files = () => ({
  'ko-en/queries.jsonl': queries.ko as Buffer | string,
  'ko-en/corpus.jsonl': corpus as Buffer | string,
  'ko-en/qrels/test.tsv': `${header}q2\td2\t2\nq1\td1\t1\nq1\t10\t0\n` as Buffer | string,
  'en-en/queries.jsonl': queries.en as Buffer | string,
  'en-en/corpus.jsonl': corpus as Buffer | string,
  'en-en/qrels/test.tsv': `${header}q1\td1\t1\nq2\td2\t-1\n` as Buffer | string,
});

test('a BEIR folder becomes queries, documents and qrels in their order', async () => {
  const { text, meta, logs, progress } = await importBenchmark(files());
  assert.equal(
    text,
    [
      '{"type":"query","id":"q1","language":"en","text":"question one"}',
      '{"type":"query","id":"q1","language":"ko","text":"질문 하나"}',
      '{"type":"query","id":"q2","language":"en","text":"question two"}',
      '{"type":"query","id":"q2","language":"ko","text":"질문 둘"}',
      '{"type":"document","id":"10","language":"en","text":"tenth"}',
      '{"type":"document","id":"d1","language":"en","text":"é"}',
      '{"type":"document","id":"d2","language":"en","title":"Two","text":"second"}',
      '{"type":"qrel","queryLang":"en","docLang":"en","query":"q1","document":"d1","grade":1}',
      '{"type":"qrel","queryLang":"en","docLang":"en","query":"q2","document":"d2","grade":-1}',
      '{"type":"qrel","queryLang":"ko","docLang":"en","query":"q1","document":"10","grade":0}',
      '{"type":"qrel","queryLang":"ko","docLang":"en","query":"q1","document":"d1","grade":1}',
      '{"type":"qrel","queryLang":"ko","docLang":"en","query":"q2","document":"d2","grade":2}',
      '',
    ].join('\n'),
  );
  assert.deepEqual(
    { ...meta, digest: null, bytes: null },
    {
      digest: null,
      bytes: null,
      languages: ['en', 'ko'],
      queries: 2,
      documents: 3,
      directions: [
        { queryLang: 'en', docLang: 'en', queries: 2, qrels: 2 },
        { queryLang: 'ko', docLang: 'en', queries: 2, qrels: 3 },
      ],
      report: {
        read: { queries: 5, documents: 6, qrels: 5 },
        kept: { queries: 4, documents: 3, qrels: 5 },
        dropped: { UNJUDGED: { count: 1, examples: [{ file: 'ko-en/queries.jsonl', line: 3, id: 'q3' }] } },
        ignored: [],
        warnings: [],
      },
    },
  );
  assert.deepEqual(logs, []);
  const total = Object.values(files()).reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  assert.deepEqual(progress.at(-1), [total, total, 'bytes']);
});

test('queries keep their group, one over all directions', async () => {
  const grouped = (first: unknown, second: unknown) => ({
    ...files(),
    'ko-en/queries.jsonl': jsonl(
      { _id: 'q1', text: 'ㄱ', topic: first },
      { _id: 'q2', text: 'ㄴ', topic: 7 },
    ),
    'en-en/queries.jsonl': jsonl(
      { _id: 'q1', text: 'a', topic: second },
      { _id: 'q2', text: 'b', topic: '7' },
    ),
  });
  const { lines } = await importBenchmark(grouped('salt', 'salt'), { groupField: 'topic' });
  assert.deepEqual(
    lines.filter(({ type }) => type === 'query').map(({ id, language, group }) => [id, language, group]),
    [
      ['q1', 'en', 'salt'],
      ['q1', 'ko', 'salt'],
      ['q2', 'en', '7'],
      ['q2', 'ko', '7'],
    ],
  );
  const refused = (first: unknown, second: unknown) =>
    refusal(importBenchmark(grouped(first, second), { groupField: 'topic' }));
  assert.equal(
    await refused('salt', 'sea'),
    'BAD_USER_INPUT: ko-en/queries.jsonl line 1: the query "q1" is in group "salt" here and in "sea" in another direction; give it one',
  );
  assert.equal(
    await refused(undefined, 'sea'),
    'BAD_USER_INPUT: ko-en/queries.jsonl line 1: the query "q1" has no "topic"; give every query its group',
  );
});

test('gzip, TREC qrels, other orders and other files make no difference', async () => {
  const { 'ko-en/corpus.jsonl': _, ...rest } = files();
  const dressed = await importBenchmark({
    ...rest,
    'ko-en/corpus.jsonl.gz': gzipSync(corpus),
    'ko-en/qrels/test.tsv': 'q1 0 10 0\r\nq1 Q0  d1 1\r\n\r\nq2\t0\td2\t2',
    'en-en/queries.jsonl': Buffer.from(queries.en.toString().split('\n').reverse().join('\r\n')),
    'en-en/qrels/test.tsv': `${header}q2\td2\t-1\nq1\td1\t1`.replaceAll('\n', '\r\n'),
    'en-en/qrels/train.tsv': 'broken',
    'README.md': 'read me',
    'ko-en/notes.txt': 'notes',
  });
  assert.equal(dressed.text, (await importBenchmark(files())).text);
});

test('ids are sorted by code point', async () => {
  const ids = ['\uff21', '😀', 'b', 'a', 'B', 'aa'];
  const { lines } = await importBenchmark({
    'en-en/queries.jsonl': jsonl({ _id: 'q', text: 'q' }),
    'en-en/corpus.jsonl': jsonl(...ids.map((_id) => ({ _id, text: _id }))),
    'en-en/qrels/test.tsv': `${header}q\ta\t1\n`,
  });
  assert.deepEqual(
    lines.filter((line) => line.type === 'document').map((line) => line.id),
    ['B', 'a', 'aa', 'b', '\uff21', '😀'],
  );
});

test('other folders, uneven pools and empty documents are told', async () => {
  const { lines, meta, logs } = await importBenchmark({
    ...files(),
    'en-en/corpus.jsonl': Buffer.concat([
      corpus,
      jsonl({ _id: 'd3', text: null }, { _id: 'd4', text: 'fourth' }),
    ]),
    'ko-en/corpus.jsonl': Buffer.concat([corpus, jsonl({ _id: 'd3', title: ' ', text: '' })]),
    'scripts/make.py': '',
    'Ko-en/corpus.jsonl': '',
  });
  const warnings = [
    'the folder Ko-en is not named after a direction; it was ignored',
    'the folder scripts is not named after a direction; it was ignored',
    'ko-en/corpus.jsonl has 4 of the 5 documents in en; all of them are searched in every direction',
    'documents without text: 1, the first in en-en/corpus.jsonl line 4; they stay in the pool',
  ];
  assert.deepEqual(logs, warnings);
  const report = meta.report as { ignored: string[]; warnings: string[] };
  assert.deepEqual([report.ignored, report.warnings], [['Ko-en', 'scripts'], warnings]);
  assert.deepEqual(
    lines.find(({ id }) => id === 'd3'),
    { type: 'document', id: 'd3', language: 'en', text: '' },
  );
});

test('tags of several parts split at one place', async () => {
  const renamed = Object.fromEntries(
    Object.entries(files()).map(([path, content]) => [path.replace('ko-en/', 'zh-Hant-en/'), content]),
  );
  const { meta } = await importBenchmark(renamed);
  assert.deepEqual(meta.languages, ['en', 'zh-Hant']);
});

/** What is put over the files, and what is said of it. */
const wrong: Record<string, [Record<string, string | Buffer>, string]> = {
  'another text for a query': [
    {
      'ko-ko/queries.jsonl': jsonl({ _id: 'q1', text: '다른 질문' }),
      'ko-ko/corpus.jsonl': jsonl({ _id: 'd1', text: '문서' }),
      'ko-ko/qrels/test.tsv': `${header}q1\td1\t1\n`,
    },
    'ko-ko/queries.jsonl line 1: "q1" is not what it is in ko-en/queries.jsonl line 1; give an id the same text in every direction',
  ],
  'another title for a document': [
    { 'ko-en/corpus.jsonl': jsonl({ _id: 'd1', text: 'é' }, '', { _id: 'd2', title: 'II', text: 'second' }) },
    'ko-en/corpus.jsonl line 3: "d2" is not what it is in en-en/corpus.jsonl line 1; give an id the same text in every direction',
  ],
  'an id twice': [
    { 'ko-en/queries.jsonl': Buffer.concat([queries.ko, jsonl({ _id: 'q1', text: '질문 하나' })]) },
    'ko-en/queries.jsonl line 4: has the id "q1", which the file has already; give every record an id of its own',
  ],
  'no id': [
    { 'en-en/corpus.jsonl': jsonl({ title: 'a', text: 'b' }) },
    'en-en/corpus.jsonl line 1: has no "_id"; give every record an id of its own, a string or an integer',
  ],
  'a query without text': [
    { 'en-en/queries.jsonl': jsonl({ _id: 'q1', text: '\n' }) },
    'en-en/queries.jsonl line 1: the query "q1" has no text; write one or remove the query',
  ],
  'a text that is no string': [
    { 'en-en/corpus.jsonl': jsonl({ _id: 'd1', text: 1 }) },
    'en-en/corpus.jsonl line 1: "text" is a number, not a string; write texts as strings',
  ],
  'no JSON': [
    { 'en-en/corpus.jsonl': '{' },
    'en-en/corpus.jsonl line 1: is not JSON (character 2); write one JSON object per line',
  ],
  'not UTF-8': [
    { 'en-en/qrels/test.tsv': Buffer.concat([Buffer.from(header), Buffer.from([0x71, 0xff])]) },
    'en-en/qrels/test.tsv line 2: byte 2 is not UTF-8; save the file as UTF-8',
  ],
  'an unknown query': [
    { 'en-en/qrels/test.tsv': `${header}q1\td1\t1\nq3\td1\t1\n` },
    'en-en/qrels/test.tsv line 3: the query "q3" is not in en-en/queries.jsonl; add it or remove the row',
  ],
  'an unknown document': [
    { 'en-en/qrels/test.tsv': `${header}q1\td9\t1\n` },
    'en-en/qrels/test.tsv line 2: the document "d9" is not in en-en/corpus.jsonl; add it or remove the row',
  ],
  'a document of another direction only': [
    { 'ko-en/corpus.jsonl': jsonl({ _id: 'd1', text: 'é' }) },
    'ko-en/qrels/test.tsv line 2: the document "d2" is not in ko-en/corpus.jsonl; add it or remove the row',
  ],
  'a judgement twice': [
    { 'en-en/qrels/test.tsv': `${header}q1\td1\t1\nq2\td1\t1\nq1\td1\t0\n` },
    'en-en/qrels/test.tsv line 4: judges query "q1" and document "d1" again after line 2; keep one',
  ],
  'a fractional grade': [
    { 'en-en/qrels/test.tsv': `${header}q1\td1\t0.5\n` },
    'en-en/qrels/test.tsv line 2: the grade "0.5" is not an integer; write 0, 1, 2, ...',
  ],
  'a grade in words': [
    { 'en-en/qrels/test.tsv': 'q1 0 d1 high' },
    'en-en/qrels/test.tsv line 1: the grade "high" is not an integer; write 0, 1, 2, ...',
  ],
  'a huge grade': [
    { 'en-en/qrels/test.tsv': `${header}q1\td1\t9999999999\n` },
    'en-en/qrels/test.tsv line 2: the grade "9999999999" is not an integer; write 0, 1, 2, ...',
  ],
  'no header': [
    { 'en-en/qrels/test.tsv': 'q1\td1\t1\n' },
    'en-en/qrels/test.tsv line 1: is neither the header "query-id\\tcorpus-id\\tscore" nor a TREC judgement "query 0 document grade"; add the header',
  ],
  'spaces for tabs': [
    { 'en-en/qrels/test.tsv': `${header}q1 d1 1\n` },
    'en-en/qrels/test.tsv line 2: has 1 columns; write query-id, corpus-id and score with tabs between them',
  ],
  'a short TREC row': [
    { 'en-en/qrels/test.tsv': 'q1 0 d1 1\nq1 0 d2\n' },
    'en-en/qrels/test.tsv line 2: has 3 columns; write query, 0, document and grade as in line 1',
  ],
  'no judgements': [{ 'en-en/qrels/test.tsv': header }, 'en-en/qrels/test.tsv: has no judgements'],
  'both plain and gzip': [
    { 'en-en/corpus.jsonl.gz': gzipSync(corpus) },
    'en-en has both corpus.jsonl and corpus.jsonl.gz; remove one',
  ],
  'a direction without files': [
    { 'fr-en/README': '' },
    'fr-en has no qrels/test.tsv; it has no qrels at all',
  ],
  'another split': [{ 'fr-en/qrels/dev.tsv': '' }, 'fr-en has no qrels/test.tsv; it has dev.tsv'],
  'no documents': [{ 'fr-en/qrels/test.tsv': '' }, 'fr-en has no corpus.jsonl or corpus.jsonl.gz'],
  'tags that split twice': [
    { 'zh-yue-en/README': '' },
    'the folder zh-yue-en can be read as zh to yue-en or zh-yue to en; give the languages tags that split in one way only',
  ],
};

for (const [name, [over, message]] of Object.entries(wrong))
  test(`refused: ${name}`, async () => {
    assert.equal(await badInput(importBenchmark({ ...files(), ...over })), message);
  });

test('a folder without directions and a file are told apart', async () => {
  assert.equal(
    await badInput(importBenchmark({ 'mono/corpus.jsonl': '' })),
    'no folder is named after a direction, such as ko-en (query language, then document language), and it holds no corpus.jsonl itself',
  );
  const prepare = async (folder: string) => {
    await rm(folder, { recursive: true });
    await writeFile(folder, '');
  };
  assert.equal(
    await badInput(importBenchmark({}, { prepare })),
    'a benchmark is imported from a folder, not from a file',
  );
});

test('links are refused wherever they stand', { skip: process.platform === 'win32' }, () =>
  inFolder(async (elsewhere) => {
    const cases: [string, string][] = [
      ['ko-en/corpus.jsonl', 'ko-en/corpus.jsonl'],
      ['ko-en/qrels', 'ko-en/qrels'],
      ['ko-en/qrels/test.tsv', 'ko-en/qrels/test.tsv'],
      ['ko-en', 'ko-en'],
    ];
    for (const [i, [path, named]] of cases.entries()) {
      const prepare = async (folder: string) => {
        const moved = join(elsewhere, String(i));
        await rename(join(folder, path), moved);
        await symlink(moved, join(folder, path));
      };
      assert.equal(
        await badInput(importBenchmark(files(), { prepare })),
        `${named} is a symbolic link; put the file or folder itself there`,
      );
    }
  }),
);

test('a folder that changed since the launch is refused', async () => {
  assert.equal(
    await refusal(importBenchmark(files(), { digest: sha256('what it was') })),
    'BAD_USER_INPUT: source: has changed since the import was launched; launch it again',
  );
});
