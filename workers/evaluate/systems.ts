import type { Compute } from '#src/device.ts';
import { UserError } from '#src/errors.ts';
import { inLanguage } from '#src/evaluation/pool.ts';
import { type Encoder, openEncoder } from '#workers/encoder/encode.ts';
import { byCodePoint } from '#workers/import/order.ts';
import type { JobInput } from '#workers/job.ts';
import type { Benchmark, Texts } from './benchmark.ts';
import { openBm25 } from './bm25.ts';
import type { Meter } from './meter.ts';
import { openMixing } from './mixing.ts';
import { admits, goldIn, isMixed, type JudgedPool } from './pools.ts';
import type { Ranking } from './rank.ts';
import type { Searcher } from './search.ts';

/** What ranks: BM25, or a model with exact search. */
export interface System {
  /** 'bm25' or the digest of the model. */
  name: string;
  /**
   * Ranks the queries of a benchmark's pools, in their order, at most `depth` documents each. Each pool is to be read
   * to its end before the next.
   */
  rank(benchmark: Benchmark, depth: number, meter: Meter): AsyncIterable<PoolRankings>;
  close(): Promise<void>;
}
export type Rankings = AsyncIterable<[query: string, Ranking]> | Iterable<[query: string, Ranking]>;
export type PoolRankings = [pool: JudgedPool, Rankings];

/** Between two of these the event loop gets a turn. */
const TEXTS = 1024;
const QUERIES = 64;

export const unique = (values: Iterable<string>) => [...new Set(values)];

/** Pools that one index serves, by its languages. BM25's statistics are those of what is indexed together. */
function indexes(directions: JudgedPool[]): Map<string, JudgedPool[]> {
  const groups = new Map<string, JudgedPool[]>();
  for (const direction of directions) {
    const key = direction.docLangs.join(' ');
    groups.set(key, [...(groups.get(key) ?? []), direction]);
  }
  return groups;
}

/** How many texts a system takes in and queries it ranks to be measured on a benchmark. */
export function workOf(system: string, benchmark: Benchmark): number {
  const { directions, documents } = benchmark;
  const languages =
    system === bm25.name
      ? [...indexes(directions).values()].flatMap(([{ docLangs }]) => docLangs)
      : unique(directions.flatMap((d) => d.docLangs));
  const pools = languages.map((language) => documents.get(language)!.ids.length);
  const encoded = unique(directions.map((d) => d.queryLang)).map((l) => queriesAsked(directions, l).length);
  const ranked = directions.map((d) => d.qrels.size);
  return [...pools, ...(system === bm25.name ? [] : encoded), ...ranked].reduce((sum, n) => sum + n, 0);
}

export const bm25: System = {
  name: 'bm25',
  async *rank({ directions, documents, queries }, depth, meter) {
    for (const pools of indexes(directions).values()) {
      const index = openBm25();
      const indexed: { language: string; id: string }[] = [];
      for (const language of pools[0].docLangs) {
        const { ids, texts } = documents.get(language)!;
        for (let start = 0; start < texts.length; start += TEXTS) {
          const some = texts.slice(start, start + TEXTS);
          some.forEach(index.add);
          await meter.count(some.length);
        }
        for (const id of ids) indexed.push({ language, id });
      }
      for (const pool of pools) yield [pool, ranked(pool)];

      async function* ranked(pool: JudgedPool): AsyncGenerator<[string, Ranking]> {
        const text = textById(queries.get(pool.queryLang)!);
        let done = 0;
        for (const query of pool.qrels.keys()) {
          const admitted = (i: number) => admits(pool, query, indexed[i].language, indexed[i].id);
          const { indices, scores } = index.search(
            text(query),
            depth,
            pool.pool === 'MIXED_DISTRACTOR' ? admitted : undefined,
          );
          const name = ({ language, id }: (typeof indexed)[number]) =>
            isMixed(pool) ? inLanguage(language, id) : id;
          yield [query, { documents: Array.from(indices, (i) => name(indexed[i])), scores }];
          if (++done % QUERIES === 0) await meter.count(QUERIES);
        }
        await meter.count(done % QUERIES);
      }
    }
  },
  close: async () => {},
};

/** @param model a model folder and its digest */
export async function openModel(model: JobInput, searcher: Searcher, compute: Compute): Promise<System> {
  const encoder = await openEncoder(model.path, compute);
  return {
    name: model.digest,
    rank: (benchmark, depth, meter) =>
      rankByModel({ encoder, digest: model.digest, searcher, meter }, benchmark, depth),
    close: () => encoder.close(),
  };
}

export interface ModelAtWork {
  encoder: Encoder;
  digest: string;
  searcher: Searcher;
  meter: Meter;
}

export async function* rankByModel(
  model: ModelAtWork,
  { directions, documents, queries }: Benchmark,
  depth: number,
): AsyncGenerator<PoolRankings> {
  const { dimension } = model.encoder;
  const mixing = openMixing(directions, depth);
  /** By language; queries are encoded once for all pools. */
  const encoded = new Map<string, Map<string, Float32Array>>();

  // One language's vectors are held at a time; mixed pools are put together from what was found in each.
  for (const docLang of unique(directions.flatMap((d) => d.docLangs))) {
    const { ids, texts } = documents.get(docLang)!;
    const vectors = await encodeAll(model, { ids, texts }, 'passage');
    const searched = directions.filter((d) => d.docLangs.includes(docLang));
    for (const queryLang of unique(searched.map((d) => d.queryLang))) {
      if (!encoded.has(queryLang))
        encoded.set(
          queryLang,
          await encodeQueries(model, queries.get(queryLang)!, queriesAsked(directions, queryLang)),
        );
      const vectorOf = encoded.get(queryLang)!;
      const here = searched.filter((d) => d.queryLang === queryLang);
      const single = here.find((d) => !isMixed(d));
      const spare = Math.max(0, ...here.filter((d) => d.pool === 'MIXED_DISTRACTOR').map(mostGold));
      const found = search(queriesAsked(here, queryLang), vectorOf, vectors, ids, depth + spare, single);
      const taken = async function* (): AsyncGenerator<[string, Ranking]> {
        for await (const [query, ranking] of found) {
          mixing.take(queryLang, docLang, query, ranking);
          if (!single?.qrels.has(query)) continue;
          yield [query, upTo(depth, ranking)];
        }
      };
      if (single) yield [single, taken()];
      else for await (const _ of taken());
      for (const pool of here.filter((d) => d.pool === 'MIXED_DISTRACTOR' && d.docLang === docLang))
        scoreGold(pool, vectorOf, vectors, ids);
    }
  }
  for (const pool of directions.filter(isMixed)) {
    yield [pool, mixing.rankings(pool)];
    await model.meter.count(pool.qrels.size);
  }

  async function* search(
    asked: string[],
    vectorOf: Map<string, Float32Array>,
    vectors: Float32Array,
    ids: string[],
    most: number,
    counted: JudgedPool | undefined,
  ): AsyncGenerator<[string, Ranking]> {
    const k = Math.min(most, ids.length);
    // At most 16 MiB of results at a time, however deep they are.
    const size = Math.max(1, Math.floor(2 ** 21 / k));
    for (let start = 0; start < asked.length; start += size) {
      const some = asked.slice(start, start + size);
      const gathered = new Float32Array(some.length * dimension);
      some.forEach((query, i) => {
        gathered.set(vectorOf.get(query)!, i * dimension);
      });
      const found = await model.searcher.topK(gathered, vectors, dimension, k, model.meter.signal);
      for (let i = 0; i < some.length; i++) {
        const indices = found.indices.subarray(i * k, (i + 1) * k);
        const scores = found.scores.subarray(i * k, (i + 1) * k);
        yield [some[i], { documents: Array.from(indices, (d) => ids[d]), scores }];
      }
      await model.meter.count(some.filter((query) => counted?.qrels.has(query)).length);
    }
  }

  /** Summed in another order than the search's, so a last digit may differ from what it would have found. */
  function scoreGold(
    pool: JudgedPool,
    vectorOf: Map<string, Float32Array>,
    vectors: Float32Array,
    ids: string[],
  ) {
    const row = new Map(ids.map((id, i) => [id, i]));
    for (const query of pool.qrels.keys()) {
      const gold = goldIn(pool, query, pool.docLang);
      const vector = vectorOf.get(query)!;
      const scores = gold.map((id) => dot(vector, vectors, row.get(id)! * dimension));
      mixing.takeGold(pool, query, { documents: gold, scores });
    }
  }
}

const upTo = (depth: number, { documents, scores }: Ranking): Ranking => ({
  documents: documents.slice(0, depth),
  scores: (scores as Float32Array).subarray(0, depth),
});

const mostGold = (pool: JudgedPool) =>
  [...pool.qrels.keys()].reduce((most, query) => Math.max(most, goldIn(pool, query, pool.docLang).length), 0);

function dot(query: Float32Array, documents: Float32Array, start: number): number {
  let sum = 0;
  for (let i = 0; i < query.length; i++) sum += query[i] * documents[start + i];
  return Math.fround(sum);
}

/** Queries of a language that some pool's qrels name, in the order of their ids; the others are not evaluated. */
const queriesAsked = (directions: JudgedPool[], language: string) =>
  unique(directions.filter((d) => d.queryLang === language).flatMap((d) => [...d.qrels.keys()])).sort(
    byCodePoint,
  );

function textById({ ids, texts }: Texts) {
  const index = new Map(ids.map((id, i) => [id, texts[i]]));
  return (id: string) => {
    const text = index.get(id);
    if (text === undefined) throw new Error(`the qrels name query ${id}, which the benchmark does not have`);
    return text;
  };
}

async function encodeQueries(
  model: ModelAtWork,
  known: Texts,
  ids: string[],
): Promise<Map<string, Float32Array>> {
  const { dimension } = model.encoder;
  const vectors = await encodeAll(model, { ids, texts: ids.map(textById(known)) }, 'query');
  return new Map(ids.map((id, i) => [id, vectors.subarray(i * dimension, (i + 1) * dimension)]));
}

async function encodeAll(
  { encoder, digest, meter }: ModelAtWork,
  { ids, texts }: Texts,
  as: 'query' | 'passage',
): Promise<Float32Array> {
  const { dimension } = encoder;
  const vectors = new Float32Array(texts.length * dimension);
  for (let start = 0; start < texts.length; start += TEXTS) {
    const some = texts.slice(start, start + TEXTS);
    const encoded = await encoder.encode(some, as, meter.signal);
    const bad = encoded.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0)
      throw new UserError(
        'BAD_USER_INPUT',
        `model ${digest.slice(0, 12)} gives a vector that is not finite for ${as} ` +
          `${JSON.stringify(ids[start + Math.floor(bad / dimension)])}; its weights are broken or overflow`,
      );
    vectors.set(encoded, start * dimension);
    await meter.count(some.length);
  }
  return vectors;
}
