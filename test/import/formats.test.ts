/** The forms in which a benchmark can come: all of one content are one benchmark, to the digest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { badInput, importBenchmark, jsonl, refusal } from './start.ts';

const queries = { ko: { q1: '질문 하나', q2: '질문 둘' }, en: { q1: 'question one', q2: 'question two' } };
const documents = { ko: { d1: '문서 하나', d2: '문서 둘' }, en: { d1: 'document one', d2: 'document two' } };
const qrels = 'q1 0 d1 2\nq2 0 d2 1\nq2 0 d1 0\n';
const languages = ['ko', 'en'] as const;

const rows = (texts: Record<string, string>) =>
  Object.entries(texts).map(([_id, text]) => ({ _id, title: '', text }));
const columns = (texts: Record<string, string>) =>
  Object.entries(texts)
    .map(([id, text]) => `${id}\t${text}\n`)
    .join('');
const topics = (texts: Record<string, string>) =>
  Object.entries(texts)
    .map(
      ([id, text]) =>
        `<top>\n\n<num> Number: ${id}\n<title> Topic: ${text.replace(' ', '\n')}\n\n<desc> Description:\nnot this\n</top>\n`,
    )
    .join('\n');
/** A folder per direction, its files made by `files`. */
const perDirection = (files: (q: 'ko' | 'en', d: 'ko' | 'en') => Record<string, string | Buffer>) =>
  Object.fromEntries(
    languages.flatMap((q) =>
      languages.flatMap((d) =>
        Object.entries({ ...files(q, d), 'qrels/test.tsv': qrels }).map(([path, content]) => [
          `${q}-${d}/${path}`,
          content,
        ]),
      ),
    ),
  );
const parallel = (texts: typeof queries | typeof documents) =>
  jsonl(
    ...Object.keys(texts.ko).map((id) => ({
      id,
      texts: Object.fromEntries(languages.map((l) => [l, (texts[l] as Record<string, string>)[id]])),
    })),
  );
const together = () => ({
  'queries.jsonl': parallel(queries),
  'corpus.jsonl': parallel(documents),
  'qrels/test.txt': qrels,
});

test('BEIR, TSV, TREC topics and texts in all languages are one benchmark', async () => {
  const beir = await importBenchmark(
    perDirection((q, d) => ({
      'queries.jsonl': jsonl(...rows(queries[q])),
      'corpus.jsonl': jsonl(...rows(documents[d])),
    })),
  );
  assert.equal(beir.lines.length, 8 + 4 * 3);
  const forms = {
    tsv: perDirection((q, d) => ({
      'queries.tsv': columns(queries[q]),
      'corpus.tsv.gz': gzipSync(columns(documents[d])),
    })),
    trec: perDirection((q, d) => ({ 'topics.txt': topics(queries[q]), 'corpus.tsv': columns(documents[d]) })),
    together: together(),
  };
  for (const [form, files] of Object.entries(forms))
    assert.equal((await importBenchmark(files)).text, beir.text, form);
});

test('one data set is of the direction that is said', async () => {
  const files = {
    'queries.jsonl': jsonl(...rows(queries.ko)),
    'corpus.tsv': 'd1\tTitle\tdocument one\nd2\t\tdocument two\n',
    'qrels/test.tsv': qrels,
  };
  const { lines } = await importBenchmark(files, { direction: { queryLang: 'ko', docLang: 'en' } });
  assert.deepEqual(lines.slice(2, 5), [
    { type: 'document', id: 'd1', language: 'en', title: 'Title', text: 'document one' },
    { type: 'document', id: 'd2', language: 'en', text: 'document two' },
    { type: 'qrel', queryLang: 'ko', docLang: 'en', query: 'q1', document: 'd1', grade: 2 },
  ]);
  assert.equal(
    await refusal(importBenchmark(files)),
    'BAD_USER_INPUT: queries.jsonl line 1: "q1" has no "texts", one for each language; if the folder is of one direction, say so with queryLang and docLang',
  );
});

test('a direction has the queries and documents that are there in its languages', async () => {
  const { lines, meta } = await importBenchmark({
    ...together(),
    'corpus.jsonl': jsonl(
      { id: 'd1', texts: { ko: '문서' }, titles: { ko: '제목' } },
      { id: 'd2', texts: { en: 'document' } },
    ),
  });
  assert.deepEqual(
    (meta.directions as { queryLang: string; docLang: string; qrels: number }[]).map((d) => [
      d.queryLang,
      d.docLang,
      d.qrels,
    ]),
    [
      ['en', 'en', 1],
      ['en', 'ko', 2],
      ['ko', 'en', 1],
      ['ko', 'ko', 2],
    ],
  );
  assert.equal(lines.find(({ id }) => id === 'd1')?.title, '제목');
});

test('a language in which nothing is judged is left out, with a warning', async () => {
  const { lines, logs } = await importBenchmark({
    ...together(),
    'corpus.jsonl': jsonl(
      { id: 'd1', texts: { ko: '문서 하나' } },
      { id: 'd2', texts: { ko: '문서 둘' } },
      { id: 'd3', texts: { en: 'never judged' } },
    ),
  });
  assert.deepEqual(
    [...new Set(lines.filter(({ type }) => type === 'document').map((d) => d.language))],
    ['ko'],
  );
  assert.match(logs.join('\n'), /no document in en is judged for a query/);
});

test('topics with closing tags on one line are the same', async () => {
  const files = (content: string) => ({
    'topics.trec': content,
    'corpus.tsv': columns(documents.ko),
    'qrels/test.tsv': 'q1 0 d1 2\n',
  });
  const read = async (content: string) => {
    const { lines } = await importBenchmark(files(content), {
      direction: { queryLang: 'ko', docLang: 'ko' },
    });
    return lines[0].text;
  };
  assert.equal(await read('<top><num>q1</num><title>a  b</title><narr>c</narr></top>'), 'a b');
  assert.equal(await read('<top>\n<num> Number: q1 \n<title> a\nb\n<narr>\nc\n</top>'), 'a b');
  const refused = (content: string) =>
    refusal(importBenchmark(files(content), { direction: { queryLang: 'ko', docLang: 'ko' } }));
  for (const [content, message] of [
    ['<top>\n<num> q1\n<title> a\n', 'topics.trec: ends inside the topic of line 1; end it with </top>'],
    [
      '<top>\n<num> q1\n<top>\n',
      'topics.trec line 3: begins a topic inside that of line 1; end it with </top>',
    ],
    ['q1 a\n', 'topics.trec line 1: stands outside <top> ... </top>; TREC topics begin so'],
    [
      '<top>\n<title> a\n</top>\n',
      'topics.trec line 1: has no "num"; give every record an id of its own, a string or an integer',
    ],
    [
      '<top>\n<num> q1\n</top>\n',
      'topics.trec line 1: the query "q1" has no text; write one or remove the query',
    ],
    ['<top>\n<num> q1\n<num> q2\n</top>\n', 'topics.trec line 3: has a second <num>; keep one'],
  ])
    assert.equal(await refused(content), `BAD_USER_INPUT: ${message}`, content);
});

const wrong: Record<string, [over: Record<string, string | Buffer>, message: string]> = {
  'columns of another number': [
    { 'ko-ko/corpus.tsv': 'd1\n' },
    'ko-ko/corpus.tsv line 1: has 1 columns; write an id and a text, or an id, a title and a text, with tabs between them',
  ],
  'two files of queries': [
    { 'ko-ko/topics.tsv': 'q1\ta\n' },
    'ko-ko has both queries.tsv and topics.tsv; remove one',
  ],
  'two files of judgements': [
    { 'ko-ko/qrels/test.txt': qrels },
    'ko-ko has both qrels/test.tsv and qrels/test.txt; remove one',
  ],
  'an id twice': [
    { 'en-en/corpus.tsv': 'd1\ta\nd1\tb\n' },
    'en-en/corpus.tsv line 2: has the id "d1", which the file has already; give every record an id of its own',
  ],
};
for (const [what, [over, message]] of Object.entries(wrong))
  test(`refused: ${what}`, async () => {
    const files = perDirection((q, d) => ({
      'queries.tsv': columns(queries[q]),
      'corpus.tsv': columns(documents[d]),
    }));
    const failed = importBenchmark({ ...files, ...over });
    assert.equal(await badInput(failed), message);
  });

test('refused: judgements of what is in no language', async () => {
  const judging = (row: string) =>
    refusal(importBenchmark({ ...together(), 'qrels/test.txt': `${qrels}${row}\n` }));
  assert.equal(
    await judging('q9 0 d1 1'),
    'BAD_USER_INPUT: qrels/test.txt line 4: the query "q9" is not in queries.jsonl; add it or remove the row',
  );
  assert.equal(
    await judging('q1 0 d9 1'),
    'BAD_USER_INPUT: qrels/test.txt line 4: the document "d9" is not in corpus.jsonl; add it or remove the row',
  );
});
