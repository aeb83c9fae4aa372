import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BenchmarkEntry } from '#src/benchmarks/entry.ts';
import { textsOf, type Unit } from '#src/corpora/unit.ts';
import type { Params } from '#src/recipes/kinds.ts';
import { run } from '#workers/embed/main.ts';
import { openEncoder } from '#workers/encoder/encode.ts';
import { writeModel } from '#workers/encoder/folder.ts';
import type { ModelConfig } from '#workers/encoder/model.ts';
import type { Job } from '#workers/job.ts';
import {
  bertConfig,
  makeModel,
  messageOf,
  staticConfig,
  temporary,
  wordPiece,
  writeTokenizer,
} from '../encoder/tiny.ts';
import { listener, writeCorpus } from '../tokenize/texts.ts';

const words = [
  'sea',
  'the',
  'salt',
  'salty',
  '바다',
  '소금',
  '바다가',
  '소금는',
  'unknown',
  'the sea.',
  'salty, the sea!',
];
const word = (i: number) => words[i % words.length];

/** Segments, pairs with negatives and paraphrases in turn: 1,500 units, 5,000 texts. */
const units = Array.from({ length: 1500 }, (_, i): Unit => {
  const id = `u${i}`;
  if (i % 3 === 0) return { kind: 'SEGMENT', id, texts: { ko: word(i), en: word(i + 1) } };
  if (i % 3 === 2) return { kind: 'PARAPHRASE', id, language: 'ko', paraphrases: [word(i), word(2 * i)] };
  return {
    ...{
      kind: 'PAIR',
      id,
      query: { ko: word(i), en: word(i + 4) },
      passage: { ko: word(i + 5), en: word(i + 6) },
    },
    negatives: { en: [word(i + 2), word(i + 3)] },
  };
});
const all = units.flatMap(textsOf).map((text, ordinal) => ({ ...text, ordinal }));

async function setUp(
  dir: string,
  config: ModelConfig,
  collection: { role: string; path: string },
  params: Params<'EMBEDDING'>,
) {
  const model = join(dir, 'model');
  await writeModel(model, makeModel(config, await writeTokenizer(dir, wordPiece)));
  const job: Job<'EMBEDDING'> = {
    ...{
      run: 'r',
      attempt: 1,
      kind: 'EMBEDDING',
      scratch: join(dir, 'scratch'),
      out: join(dir, 'out'),
      threads: 1,
      params,
    },
    inputs: [
      { role: 'model', digest: '', path: model },
      { digest: '', ...collection },
    ],
  };
  await mkdir(job.scratch);
  await mkdir(job.out);
  return job;
}

async function read(job: Job) {
  const vectors = await readFile(join(job.out, 'vectors/vectors.f32'));
  const rows = await readFile(join(job.out, 'vectors/rows.u32'));
  return {
    vectors: new Float32Array(new Uint8Array(vectors).buffer),
    rows: [...new Uint32Array(new Uint8Array(rows).buffer)],
  };
}

const prompts = { query: 'the sea ', passage: '바다 ' };
const withPrompts = { ...staticConfig(), prompts };

test('every text of a corpus gets the vector that the encoder gives it alone, at its place in the walk', async (t) => {
  const dir = await temporary(t);
  const corpus = { role: 'corpus', path: await writeCorpus(dir, units) };
  for (const [name, config] of Object.entries({ static: withPrompts, bert: { ...bertConfig(), prompts } })) {
    const job = await setUp(await temporary(t), config, corpus, {});
    const { report, outputs, progress } = listener();
    await run(job, report);
    assert.deepEqual(outputs, [
      {
        ...{ role: 'vectors', path: 'vectors' },
        meta: {
          ...{ dimension: config.dimension, count: 5000, languages: ['en', 'ko'] },
          roles: ['TEXT', 'QUERY', 'PASSAGE', 'NEGATIVE', 'FIRST', 'SECOND', 'DOCUMENT'],
        },
      },
    ]);
    assert.deepEqual(
      progress.map(([done]) => done),
      [2048, 4096, 5000],
    );
    const { vectors, rows } = await read(job);
    assert.deepEqual(
      rows,
      all.map(({ ordinal }) => ordinal),
    );
    assert.equal(vectors.length, 5000 * config.dimension);
    const encoder = await openEncoder(job.inputs[0].path, { threads: 1 });
    t.after(() => encoder.close());
    for (let i = 0; i < all.length; i += 61) {
      const expected = await encoder.encode([all[i].text], all[i].role === 'QUERY' ? 'query' : 'passage');
      assert.deepEqual(
        vectors.slice(i * config.dimension, (i + 1) * config.dimension),
        expected,
        `${name} ${i}`,
      );
    }
  }
});

test('languages and roles choose texts, which keep their places', async (t) => {
  const dir = await temporary(t);
  const corpus = { role: 'corpus', path: await writeCorpus(dir, units) };
  const job = await setUp(dir, withPrompts, corpus, { languages: ['en'], roles: ['QUERY', 'NEGATIVE'] });
  const { report, outputs } = listener();
  await run(job, report);
  const chosen = all.filter(
    ({ role, language }) => language === 'en' && (role === 'QUERY' || role === 'NEGATIVE'),
  );
  assert.deepEqual(
    (await read(job)).rows,
    chosen.map(({ ordinal }) => ordinal),
  );
  assert.deepEqual(outputs[0].meta, {
    dimension: 4,
    count: 1500,
    languages: ['en'],
    roles: ['QUERY', 'NEGATIVE'],
  });
});

const entries: BenchmarkEntry[] = [
  { type: 'query', id: 'q1', language: 'en', text: 'the sea' },
  { type: 'query', id: 'q1', language: 'ko', text: '바다' },
  { type: 'document', id: 'd1', language: 'en', title: 'salt', text: 'the salty sea' },
  { type: 'document', id: 'd1', language: 'ko', text: '소금' },
  { type: 'qrel', queryLang: 'en', docLang: 'ko', query: 'q1', document: 'd1', grade: 1 },
];

test('of a benchmark the documents are encoded, with their titles; queries when asked for', async (t) => {
  const dir = await temporary(t);
  const path = join(dir, 'benchmark.jsonl');
  await writeFile(path, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  const benchmark = { role: 'benchmark', path };
  const job = await setUp(dir, withPrompts, benchmark, {});
  await run(job, listener().report);
  const { vectors, rows } = await read(job);
  assert.deepEqual(rows, [2, 3]);
  const encoder = await openEncoder(job.inputs[0].path, { threads: 1 });
  t.after(() => encoder.close());
  assert.deepEqual(vectors, await encoder.encode(['salt the salty sea', '소금'], 'passage'));

  const both = await setUp(await temporary(t), withPrompts, benchmark, {
    roles: ['QUERY', 'DOCUMENT'],
    languages: ['ko'],
  });
  await run(both, listener().report);
  const second = await read(both);
  assert.deepEqual(second.rows, [1, 3]);
  assert.deepEqual(second.vectors.slice(0, 4), await encoder.encode(['바다'], 'query'));
  assert.deepEqual(second.vectors.slice(4), await encoder.encode(['소금'], 'passage'));
});

test('a run that was cut off goes on where whole rows end, and gives the same bytes', async (t) => {
  const dir = await temporary(t);
  const corpus = { role: 'corpus', path: await writeCorpus(dir, units) };
  const whole = await setUp(dir, withPrompts, corpus, { languages: ['ko'] });
  await run(whole, listener().report);

  const job = await setUp(await temporary(t), withPrompts, corpus, { languages: ['ko'] });
  const abort = new AbortController();
  const first = listener(abort.signal);
  const told = first.report.progress;
  first.report.progress = (...args) => {
    told(...args);
    abort.abort(new Error('stop now'));
  };
  assert.equal(await messageOf(run(job, first.report)), 'Error: stop now');
  assert.deepEqual(first.progress, [[2048, 2500, 'texts']]);

  // As a kill in mid-write leaves it: one file ahead of the other, and half a row.
  const { size } = await stat(join(job.scratch, 'vectors.f32'));
  assert.equal(size, 2048 * 16);
  await truncate(join(job.scratch, 'rows.u32'), 1001 * 4 + 3);
  await appendFile(join(job.scratch, 'vectors.f32'), 'half a row');
  const second = listener();
  await run(job, second.report);
  assert.match(second.logs[0], /going on after 1001 texts/);
  assert.deepEqual(await read(job), await read(whole));

  // And once more when everything is there, as after a result that could not be published.
  const third = listener();
  const again = { ...job, out: join(dir, 'again') };
  await mkdir(again.out);
  await run(again, third.report);
  assert.deepEqual(await read(again), await read(whole));
  assert.deepEqual(third.progress, []);
});

test('a vector that is no number fails and names the text; one of zeros is told', async (t) => {
  const dir = await temporary(t);
  const corpus = {
    role: 'corpus',
    path: await writeCorpus(dir, [{ kind: 'SEGMENT', id: 'a', texts: { en: 'the', ko: '바다' } }]),
  };
  const bad = await setUp(dir, staticConfig(), corpus, {});
  const model = makeModel(staticConfig(), await writeTokenizer(dir, wordPiece), (_, j) =>
    Math.floor(j / 4) === 9 ? Number.NaN : 1,
  );
  await writeModel(join(dir, 'bad'), model);
  bad.inputs[0].path = join(dir, 'bad');
  assert.match(
    await messageOf(run(bad, listener().report)),
    /^UserError: the model gives NaN for text 1 \(TEXT, ko\): "바다"$/,
  );

  const blank = await writeCorpus(await temporary(t), [
    { kind: 'SEGMENT', id: 'a', texts: { en: 'the', ko: '\u3164\u200b' } },
  ]);
  const zeros = await setUp(
    await temporary(t),
    { ...staticConfig(), normalize: false },
    { role: 'corpus', path: blank },
    {},
  );
  await writeModel(
    join(dir, 'zeros'),
    makeModel(staticConfig(), await writeTokenizer(dir, wordPiece), () => 0),
  );
  zeros.inputs[0].path = join(dir, 'zeros');
  const { report, logs } = listener();
  await run(zeros, report);
  assert.match(logs[0], /^2 texts have no token of the model and get a zero vector: 0, 1$/);
});

test('a language or role that nothing has is refused before the model is opened', async (t) => {
  const dir = await temporary(t);
  const corpus = { role: 'corpus', path: await writeCorpus(dir, units) };
  const job = await setUp(dir, staticConfig(), corpus, {});
  job.inputs[0].path = 'nowhere';
  const attempt = (params: Params<'EMBEDDING'>) => messageOf(run({ ...job, params }, listener().report));
  assert.match(
    await attempt({ languages: ['ko', 'fr'] }),
    /^UserError: no text of this corpus is in "fr" with a role of TEXT, /,
  );
  assert.match(
    await attempt({ languages: ['en'], roles: ['FIRST'] }),
    /^UserError: no text of this corpus is in "en" with a role of FIRST$/,
  );
  assert.match(
    await attempt({ roles: ['DOCUMENT'] }),
    /^UserError: no text of this corpus has a role of DOCUMENT$/,
  );
  assert.match(
    await attempt({ roles: ['query'] }),
    /^UserError: "query" is no role; the roles are TEXT, QUERY, /,
  );
});
