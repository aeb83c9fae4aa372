import { join } from 'node:path';
import { decodeGlobalID, encodeGlobalID } from '#src/api/builder.ts';
import { pageSize } from '#src/api/connection.ts';
import type { Context } from '#src/api/context.ts';
import { badInput, UserError } from '#src/errors.ts';
import { type EmbeddingSetRow, loadRow } from '#src/lineage/entity.ts';
import { modelFolder } from '#src/models/folder.ts';
import { resolveRef } from '#src/names/ref.ts';
import { partition } from './load.ts';

export interface SearchInput {
  embeddingSet: string;
  text?: string | null;
  vector?: number[] | null;
  like?: string | null;
  filter?: { languages?: string[] | null } | null;
  first?: number | null;
}

export interface Hit {
  collectionId: number;
  ordinal: number;
  unitOrdinal: number;
  parallelId: string;
  role: string;
  language: string;
  text: string;
  rank: number;
  distance: number;
}

const largestFirst = 1000;
const longestText = 100_000;

/**
 * Exact nearest neighbours by cosine distance. Equal distances are ordered by the texts' ordinals, so that an answer
 * never depends on the order in which the database meets its rows.
 */
export async function search(
  context: Context,
  input: SearchInput,
): Promise<{ hits: Hit[]; underfilled: boolean }> {
  const { pool } = context.lab.db;
  const first = pageSize(input.first ?? 10, 'input.first', largestFirst);
  const digest = await resolveRef(pool, 'EMBEDDING_SET', input.embeddingSet, 'input.embeddingSet');
  const set = (await loadRow(context, 'EMBEDDING_SET', digest))!;
  const query = await queryVector(context, set, input);
  const languages = input.filter?.languages ?? null;
  if (languages) await checkLanguages(context, set, languages);
  const { rows } = await pool.query(
    `SELECT n.ordinal, n.distance, t.unit_ordinal AS "unitOrdinal", t.role, t.language, t.text, u.parallel_id AS "parallelId"
     FROM (SELECT ordinal, vec <=> $1::vector AS distance FROM ${partition(set.id)}
           WHERE ($2::text[] IS NULL OR language = ANY($2)) AND ordinal <> $3 AND vec <=> $1::vector < 'NaN'
           ORDER BY 2, 1 LIMIT $4) n
     JOIN text t ON t.collection_id = $5 AND t.ordinal = n.ordinal
     JOIN unit u ON u.collection_id = $5 AND u.ordinal = t.unit_ordinal
     ORDER BY n.distance, n.ordinal`,
    [`[${query.vector.join(',')}]`, languages, query.except, first, set.collectionId],
  );
  return {
    hits: rows.map((row, i) => ({ ...row, collectionId: set.collectionId, rank: i + 1 })),
    underfilled: rows.length < first,
  };
}

interface QueryVector {
  vector: ArrayLike<number> & { join(separator: string): string };
  /** Ordinal of the text that the question is about; it is no answer to itself. */
  except: number;
}

async function queryVector(context: Context, set: EmbeddingSetRow, input: SearchInput): Promise<QueryVector> {
  const asked = (['text', 'vector', 'like'] as const).filter((key) => input[key] != null);
  if (asked.length !== 1) throw badInput('input', 'give exactly one of text, vector and like');
  if (input.vector != null) return { vector: checkVector(input.vector, set.dimension), except: -1 };
  if (input.like != null) return vectorOfText(context, set, input.like);
  return { vector: await encodeText(context, set, input.text!), except: -1 };
}

function checkVector(vector: number[], dimension: number): number[] {
  const at = 'input.vector';
  if (vector.length !== dimension)
    throw badInput(at, `the vector has ${vector.length} numbers; this embedding set has ${dimension}`);
  const bad = vector.findIndex((x) => !Number.isFinite(Math.fround(x)));
  if (bad >= 0) throw badInput(`${at}[${bad}]`, 'the vector holds a number that is not finite in 32 bits');
  if (vector.every((x) => Math.fround(x) === 0))
    throw badInput(at, 'the zero vector has no direction, so nothing is nearest to it by cosine');
  return vector;
}

async function vectorOfText({ lab }: Context, set: EmbeddingSetRow, like: string): Promise<QueryVector> {
  const { typename, id } = decodeGlobalID(like);
  const [collection, ordinal] = id.split('-').map(Number);
  const unknown = () => {
    const message = `"${like.slice(0, 100)}" is not the id of a text in this embedding set; take the id of a search hit`;
    return new UserError('NOT_FOUND', message, [{ path: 'input.like', message }]);
  };
  if (typename !== 'Text' || collection !== set.collectionId || !Number.isInteger(ordinal)) throw unknown();
  const { rows } = await lab.db.pool.query(
    `SELECT vec::real[] AS vec FROM ${partition(set.id)} WHERE ordinal = $1`,
    [ordinal],
  );
  if (!rows.length) throw unknown();
  return { vector: rows[0].vec, except: ordinal };
}

async function encodeText(context: Context, set: EmbeddingSetRow, text: string): Promise<Float32Array> {
  if (text.trim() === '') throw badInput('input.text', 'the text is empty');
  if (text.length > longestText)
    throw badInput('input.text', `the text has ${text.length} characters; ${longestText} are taken`);
  const { lab, config, encoders } = context;
  const folder = await modelFolder(lab.db, lab.store, join(config.home, 'cache', 'models'), set.modelDigest);
  const vector = await encoders.encode({ digest: set.modelDigest, folder }, [text.normalize('NFC')], 'query');
  if (vector.every((x) => x === 0))
    throw badInput(
      'input.text',
      'nothing in this text is known to the model, so its vector is zero and nothing is nearest to it',
    );
  return vector;
}

async function checkLanguages({ lab }: Context, set: EmbeddingSetRow, languages: string[]) {
  if (languages.length === 0)
    throw badInput(
      'input.filter.languages',
      'an empty list matches nothing; leave the filter out to search all languages',
    );
  const { languages: known } = (await lab.db.prisma.collection.findUnique({
    where: { id: set.collectionId },
    select: { languages: true },
  }))!;
  languages.forEach((language, i) => {
    if (!known.includes(language))
      throw badInput(
        `input.filter.languages[${i}]`,
        `nothing here is in "${language.slice(0, 40)}"; there are ${known.join(', ')}`,
      );
  });
}

export const textId = ({ collectionId, ordinal }: { collectionId: number; ordinal: number }) =>
  encodeGlobalID('Text', `${collectionId}-${ordinal}`);
