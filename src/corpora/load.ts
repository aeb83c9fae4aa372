import { type BenchmarkEntry, documentText, type QrelEntry } from '#src/benchmarks/entry.ts';
import type { Database, Sql } from '#src/database/client.ts';
import type { EntityKind, TextRole, UnitKind } from '#src/database/generated/enums.ts';
import { jsonlBatches } from './lines.ts';
import { textsOf, type Unit } from './unit.ts';

/**
 * Corpora and benchmarks become rows the same way: loaded in short transactions under an unpublished collection that
 * nobody can see, then published in the transaction that ends the run. A load that was cut off leaves rows which the
 * next attempt, or the next import, removes.
 */
export interface CollectionFile {
  kind: 'CORPUS' | 'BENCHMARK';
  digest: string;
  path: string;
  meta: { languages: string[]; report: unknown; [key: string]: unknown };
}

/** 2,000 units a statement: on the embedded database larger statements hold the other clients up noticeably. */
const batchSize = 2000;

interface UnitRow {
  ordinal: number;
  parallelId: string;
  kind: UnitKind;
  doc: string | null;
  source: string | null;
  attributes: string | null;
}
interface TextRow {
  ordinal: number;
  unitOrdinal: number;
  role: TextRole;
  language: string;
  title: string | null;
  text: string;
}

/** Rows of a collection loaded by `run`; null when the content is published already and there is nothing to load. */
export async function loadCollection(
  db: Database,
  run: string,
  file: CollectionFile,
): Promise<number | null> {
  await dropStaged(db, run);
  if (await publishedCollection(db.pool, file.kind, file.digest)) return null;
  const { languages, report, ...meta } = file.meta;
  const { rows } = await db.pool.query(
    `INSERT INTO collection (kind, digest, languages, unit_count, text_count, meta, report, staged_by)
     VALUES ($1, $2, $3, 0, 0, $4, $5, $6) RETURNING id`,
    [file.kind, file.digest, languages, JSON.stringify(meta), JSON.stringify(report), run],
  );
  const id: number = rows[0].id;
  const counts =
    file.kind === 'CORPUS' ? await loadUnits(db, id, file.path) : await loadEntries(db, id, file.path);
  await db.pool.query('UPDATE collection SET unit_count = $2, text_count = $3 WHERE id = $1', [
    id,
    counts.units,
    counts.texts,
  ]);
  // The embedded database has no autovacuum to do it, and plans made for empty tables are bad ones.
  await db.pool.query('ANALYZE unit, text, qrel');
  return id;
}

/** Makes a loaded collection visible; when another run published the same content meanwhile, that one stands. */
export async function publishCollection(tx: Sql, kind: EntityKind, digest: string, staged: number | null) {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`publish ${kind} ${digest}`]);
  if (staged === null) return;
  if (await publishedCollection(tx, kind, digest))
    await tx.query('DELETE FROM collection WHERE id = $1', [staged]);
  else await tx.query('UPDATE collection SET published_at = now(), staged_by = NULL WHERE id = $1', [staged]);
}

/** Removes what earlier attempts of this run, or runs that have ended, left half-loaded. */
export async function dropStaged(db: Database, run: string) {
  await db.pool.query(
    `DELETE FROM collection c WHERE published_at IS NULL AND (staged_by = $1
       OR NOT EXISTS (SELECT 1 FROM run r WHERE r.id = c.staged_by AND r.status IN ('QUEUED', 'RUNNING')))`,
    [run],
  );
}

async function publishedCollection(sql: Sql, kind: EntityKind, digest: string): Promise<boolean> {
  const { rows } = await sql.query(
    'SELECT 1 FROM collection WHERE kind = $1 AND digest = $2 AND published_at IS NOT NULL',
    [kind, digest],
  );
  return rows.length > 0;
}

async function loadUnits(db: Database, collection: number, path: string) {
  let units = 0;
  let texts = 0;
  for await (const batch of jsonlBatches<Unit>(path, batchSize)) {
    const unitRows: UnitRow[] = [];
    const textRows: TextRow[] = [];
    for (const unit of batch) {
      const ordinal = units++;
      unitRows.push({
        ordinal,
        parallelId: unit.id,
        kind: unit.kind,
        doc: unit.doc ?? null,
        source: unit.source ?? null,
        attributes: unit.attributes ? JSON.stringify(unit.attributes) : null,
      });
      for (const text of textsOf(unit))
        textRows.push({ ordinal: texts++, unitOrdinal: ordinal, title: null, ...text });
    }
    await insertRows(db, collection, unitRows, textRows);
  }
  return { units, texts };
}

/** The languages of one query or document are one unit: entries come sorted by id, so they stand side by side. */
async function loadEntries(db: Database, collection: number, path: string) {
  let units = -1;
  let texts = 0;
  let last = '';
  for await (const batch of jsonlBatches<BenchmarkEntry>(path, batchSize)) {
    const unitRows: UnitRow[] = [];
    const textRows: TextRow[] = [];
    const qrels: QrelEntry[] = [];
    for (const entry of batch) {
      if (entry.type === 'qrel') {
        qrels.push(entry);
        continue;
      }
      const kind: UnitKind = entry.type === 'query' ? 'QUERY' : 'DOCUMENT';
      if (`${kind} ${entry.id}` !== last) {
        last = `${kind} ${entry.id}`;
        unitRows.push({
          ordinal: ++units,
          parallelId: entry.id,
          kind,
          doc: null,
          source: null,
          attributes:
            entry.type === 'query' && entry.group !== undefined
              ? JSON.stringify({ group: entry.group })
              : null,
        });
      }
      const title = entry.type === 'document' ? (entry.title ?? null) : null;
      const text = entry.type === 'document' ? documentText(entry) : entry.text;
      textRows.push({
        ordinal: texts++,
        unitOrdinal: units,
        role: kind,
        language: entry.language,
        title,
        text,
      });
    }
    await insertRows(db, collection, unitRows, textRows, qrels);
  }
  return { units: units + 1, texts };
}

function insertRows(
  db: Database,
  collection: number,
  units: UnitRow[],
  texts: TextRow[],
  qrels: QrelEntry[] = [],
) {
  return db.transaction(async (tx) => {
    if (units.length)
      await tx.query(
        `INSERT INTO unit (collection_id, ordinal, parallel_id, kind, doc, source, attributes)
         SELECT $1, * FROM unnest($2::int[], $3::text[], $4::"UnitKind"[], $5::text[], $6::text[], $7::jsonb[])`,
        [collection, ...columns(units, ['ordinal', 'parallelId', 'kind', 'doc', 'source', 'attributes'])],
      );
    if (texts.length)
      await tx.query(
        `INSERT INTO text (collection_id, ordinal, unit_ordinal, role, language, title, text)
         SELECT $1, * FROM unnest($2::int[], $3::int[], $4::"TextRole"[], $5::text[], $6::text[], $7::text[])`,
        [collection, ...columns(texts, ['ordinal', 'unitOrdinal', 'role', 'language', 'title', 'text'])],
      );
    if (qrels.length)
      await tx.query(
        `INSERT INTO qrel (collection_id, query_lang, doc_lang, query_id, document_id, grade)
         SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::int[])`,
        [collection, ...columns(qrels, ['queryLang', 'docLang', 'query', 'document', 'grade'])],
      );
  });
}

const columns = <T>(rows: T[], keys: (keyof T)[]) => keys.map((key) => rows.map((row) => row[key]));
