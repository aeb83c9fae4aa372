/**
 * Search by words beside PostgreSQL's own full text search, over the same terms in one database.
 *
 *   npm run bench -- words CORPUS.jsonl[.gz] [texts]
 *
 * A line of the corpus has a text per language, under "texts" or at its top. Questions are the first eight words of
 * texts spread over it. The peers are a GIN index of `tsvector`s that hold our terms, ranked by ts_rank_cd, and by BM25
 * in SQL, whose ten best are compared with ours before any figure is shown. On the server of TEST_DATABASE_URL, else
 * on the embedded database.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { connect, type Database } from '#src/database/client.ts';
import { idf } from '#src/lexical/bm25.ts';
import { buildInvertedIndex } from '#src/lexical/build.ts';
import { type InvertedIndex, postingsTable } from '#src/lexical/inverted-index.ts';
import { scoreTexts } from '#src/lexical/score.ts';
import { terms } from '#src/lexical/words.ts';
import { backends, testDatabase } from '../test/laboratory.ts';
import { type Bench, compare, median } from './comparison.ts';

const questions = 40;
const k = 10;

export const bench: Bench = async function* ([file, count = '200000']) {
  if (!file) throw new Error('usage: npm run bench -- words CORPUS.jsonl[.gz] [texts]');
  const backend = backends.at(-1)!;
  const database = await testDatabase(backend);
  const db = connect(database.url);
  try {
    const texts = await readTexts(file, Number(count));
    const set = await loadTexts(db, texts);
    const [index, built] = await timed(() => buildInvertedIndex(db, set));
    const [, builtPeer] = await timed(() => loadVectors(db, texts));
    const asked = Array.from(
      { length: questions },
      (_, i) => texts[Math.floor((i * texts.length) / questions)],
    );
    const times = { ours: [] as number[], rank: [] as number[], bm25: [] as number[] };
    let same = 0;
    let all = 0;
    for (const { text } of asked) {
      const question = terms(text.split(/\s+/).slice(0, 8).join(' '));
      const [found, ours] = await timed(async () =>
        (await scoreTexts(db.pool, index, question, null, null, -1)).best(k),
      );
      const [, rank] = await timed(() => byRank(db, question));
      const [ordinals, bm25] = await timed(() => byFormula(db, index, question));
      times.ours.push(ours);
      times.rank.push(rank);
      times.bm25.push(bm25);
      same += found.filter(({ ordinal }) => ordinals.includes(ordinal)).length;
      all += found.length;
    }
    // A tsvector keeps 255 places of a term at most, and equal scores may be cut elsewhere.
    if (same < 0.98 * all) throw new Error(`of ${all} best texts BM25 in SQL finds ${same}`);
    const of = `${texts.length.toLocaleString('en-US')} texts, ${backend}`;
    const line = (what: string, unit: string, ours: number, peer: number, name: string) =>
      compare(`${what} (${of})`, unit, ours, peer, name, true);
    yield line('ten best of a question', 'ms', median(times.ours), median(times.rank), 'GIN, ts_rank_cd');
    yield line('ten best of a question', 'ms', median(times.ours), median(times.bm25), 'GIN, BM25 in SQL');
    yield line('index made', 's', built / 1000, builtPeer / 1000, 'tsvector and GIN');
    const size = (table: string) =>
      db.pool
        .query(`SELECT pg_total_relation_size($1)::float8 / 2^20 AS mib`, [table])
        .then(({ rows }) => rows[0].mib as number);
    yield line('stored', 'MiB', await size(postingsTable(index.id)), await size('peer'), 'tsvector and GIN');
  } finally {
    await db.close();
    await database.stop();
  }
};

interface Text {
  language: string;
  text: string;
}

/** Lines spread over the whole file, so that every source of it is there. */
async function readTexts(file: string, count: number): Promise<Text[]> {
  const lines: Text[][] = [];
  const bytes = createReadStream(file);
  const input = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  for await (const line of createInterface({ input })) {
    const unit = JSON.parse(line);
    const texts = Object.entries((unit.texts ?? { ko: unit.ko, en: unit.en }) as Record<string, string>);
    lines.push(texts.filter(([, text]) => text).map(([language, text]) => ({ language, text })));
  }
  const step = Math.max(1, Math.floor(lines.flat().length / count));
  return lines
    .filter((_, i) => i % step === 0)
    .flat()
    .slice(0, count);
}

async function loadTexts({ pool }: Database, texts: Text[]): Promise<number> {
  const { rows } = await pool.query(
    `WITH c AS (INSERT INTO collection (kind, digest, languages, unit_count, text_count, meta, report, published_at)
       VALUES ('CORPUS', repeat('c', 64), '{}', 0, 0, '{}', '{}', now()) RETURNING id)
     INSERT INTO embedding_set (digest, model_digest, collection_id, dimension, count, meta, status)
     SELECT repeat('d', 64), repeat('a', 64), id, 1, $1, '{}', 'READY' FROM c RETURNING id, collection_id`,
    [texts.length],
  );
  const { id, collection_id } = rows[0];
  await pool.query(`CREATE TABLE embedding_${id} PARTITION OF embedding FOR VALUES IN (${id})`);
  for (let start = 0; start < texts.length; start += 2000) {
    const some = texts.slice(start, start + 2000);
    await pool.query(
      `WITH t AS (INSERT INTO text (collection_id, ordinal, unit_ordinal, role, language, text)
         SELECT $1, $3 + n - 1, $3 + n - 1, 'TEXT', language, text FROM unnest($4::text[], $5::text[]) WITH ORDINALITY AS x(language, text, n)
         RETURNING ordinal, language)
       INSERT INTO embedding (set_id, ordinal, unit_ordinal, language, vec) SELECT $2, ordinal, ordinal, language, '[1]' FROM t`,
      [collection_id, id, start, some.map(({ language }) => language), some.map(({ text }) => text)],
    );
  }
  await pool.query('ANALYZE text, embedding');
  return id;
}

/** The peer's index, of our terms: PostgreSQL has no parser that would find them. */
async function loadVectors({ pool }: Database, texts: Text[]) {
  await pool.query('CREATE TABLE peer (ordinal int PRIMARY KEY, length int, terms tsvector)');
  for (let start = 0; start < texts.length; start += 2000) {
    const found = texts
      .slice(start, start + 2000)
      .map(({ text }) => terms(text).map((term) => term.slice(0, 500)));
    await pool.query(
      `INSERT INTO peer SELECT $3 + n - 1, length, terms::tsvector FROM unnest($1::text[], $2::int[]) WITH ORDINALITY AS x(terms, length, n)`,
      [
        found.map((list) => list.map((term, at) => `'${term}':${Math.min(at + 1, 16_383)}`).join(' ')),
        found.map((list) => list.length),
        start,
      ],
    );
  }
  await pool.query('CREATE INDEX ON peer USING gin (terms)');
  await pool.query('ANALYZE peer');
}

const anyOf = (question: string[]) => question.map((term) => `'${term}'`).join(' | ');

const byRank = ({ pool }: Database, question: string[]) =>
  pool.query(
    `SELECT ordinal FROM peer WHERE terms @@ $1::tsquery ORDER BY ts_rank_cd(terms, $1::tsquery) DESC, ordinal LIMIT ${k}`,
    [anyOf(question)],
  );

async function byFormula(
  { pool }: Database,
  { languages }: InvertedIndex,
  question: string[],
): Promise<number[]> {
  const totals = Object.values(languages);
  const texts = totals.reduce((sum, total) => sum + total.texts, 0);
  const length = totals.reduce((sum, total) => sum + total.length, 0);
  const counts = new Map<string, number>();
  for (const term of question) counts.set(term, (counts.get(term) ?? 0) + 1);
  const asked = [...counts.keys()];
  const { rows: holding } = await pool.query(
    `SELECT (SELECT count(*)::int FROM peer WHERE terms @@ ('''' || term || '''')::tsquery) AS n FROM unnest($1::text[]) WITH ORDINALITY AS q(term, i) ORDER BY i`,
    [asked],
  );
  const { rows } = await pool.query(
    `SELECT ordinal, sum(q.idf * f / (f + 1.2 * (0.25 + 0.75 * length / $4::float8))) AS score
     FROM peer, unnest(terms) AS u, cardinality(u.positions) AS f, unnest($2::text[], $3::float8[]) AS q(term, idf)
     WHERE terms @@ $1::tsquery AND q.term = u.lexeme GROUP BY ordinal ORDER BY score DESC, ordinal LIMIT ${k}`,
    [
      anyOf(question),
      asked,
      asked.map((term, i) => counts.get(term)! * idf(texts, holding[i].n)),
      length / texts,
    ],
  );
  return rows.map(({ ordinal }) => ordinal);
}

async function timed<T>(work: () => Promise<T>): Promise<[T, milliseconds: number]> {
  const started = performance.now();
  const result = await work();
  return [result, performance.now() - started];
}
