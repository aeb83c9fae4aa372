import { join } from 'node:path';
import type { Context } from '#src/api/context.ts';
import { badInput, UserError } from '#src/errors.ts';
import { terms } from '#src/lexical/words.ts';
import { modelFolder } from '#src/models/folder.ts';
import { ordinalOf } from './filter.ts';
import { partition } from './partition.ts';
import type { SearchableSet } from './set.ts';

/** Exactly one of them. */
export interface Asked {
  text?: string | null;
  vector?: number[] | null;
  /** The id of a text in the set. */
  like?: string | null;
}

export interface Query {
  /** Null where only words are asked for. */
  vector: ArrayLike<number> | null;
  /** Null where only the vector is asked for. */
  terms: string[] | null;
  /** Ordinal of the text that the question is about, which is no answer to itself; -1: none. */
  except: number;
  /** Of that text. */
  language: string | null;
}

const longestText = 100_000;

/** Throws one BAD_USER_INPUT, or NOT_FOUND for a text that is not in the set. */
export async function readQuery(
  context: Context,
  set: SearchableSet,
  input: Asked,
  needs: { vector: boolean; terms: boolean },
): Promise<Query> {
  const asked = (['text', 'vector', 'like'] as const).filter((key) => input[key] != null);
  if (asked.length !== 1) throw badInput('input', 'give exactly one of text, vector and like');
  const none = { except: -1, language: null };
  if (input.vector != null) {
    if (needs.terms)
      throw badInput(
        'input.vector',
        'a vector has no words to search by; give text or like, or ask for AUTO, EXACT or HNSW',
      );
    return { vector: checkVector(input.vector, set.dimension), terms: null, ...none };
  }
  const { text, vector, ...about } =
    input.like != null
      ? await textLike(context, set, input.like)
      : { text: checkText(input.text!), vector: null, ...none };
  return {
    vector: needs.vector ? (vector ?? (await encodeText(context, set, text))) : null,
    terms: needs.terms ? terms(text) : null,
    ...about,
  };
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

async function textLike({ lab }: Context, set: SearchableSet, like: string) {
  const ordinal = ordinalOf(set, like, 'input.like');
  const { rows } = await lab.db.pool.query(
    `SELECT e.vec::real[] AS vector, t.text, t.language, t.ordinal AS "except" FROM ${partition(set.id)} e
     JOIN text t ON t.collection_id = $2 AND t.ordinal = e.ordinal WHERE e.ordinal = $1`,
    [ordinal, set.collectionId],
  );
  if (rows.length) return rows[0] as { vector: number[]; text: string; language: string; except: number };
  const message = `"${like.slice(0, 100)}" is not the id of a text in this embedding set; take the id of a search hit`;
  throw new UserError('NOT_FOUND', message, [{ path: 'input.like', message }]);
}

function checkText(text: string): string {
  if (text.trim() === '') throw badInput('input.text', 'the text is empty');
  if (text.length > longestText)
    throw badInput('input.text', `the text has ${text.length} characters; ${longestText} are taken`);
  return text;
}

async function encodeText(context: Context, set: SearchableSet, text: string): Promise<Float32Array> {
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
