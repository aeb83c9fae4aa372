import { UserError } from '#src/errors.ts';
import { type Encoder, openEncoder } from '#workers/encoder/encode.ts';
import type { JobInput } from '#workers/job.ts';
import type { Benchmark, JudgedDirection, Texts } from './benchmark.ts';
import { openBm25 } from './bm25.ts';
import type { Meter } from './meter.ts';
import type { Ranking } from './rank.ts';
import type { Searcher } from './search.ts';

/** What ranks: BM25, or a model with exact search. */
export interface System {
  /** 'bm25' or the digest of the model. */
  name: string;
  over(benchmark: Benchmark, meter: Meter): Contest;
  close(): Promise<void>;
}

/** A system at work on one benchmark. */
export interface Contest {
  /** Makes the documents of a language searchable. */
  pool(docLang: string): Promise<Pool>;
}

export interface Pool {
  /** Ranks the queries of a direction's qrels, in their order; at most `depth` documents each. */
  rank(direction: JudgedDirection, depth: number): AsyncIterable<[query: string, Ranking]>;
}

/** Between two of these the event loop gets a turn. */
const TEXTS = 1024;
const QUERIES = 64;

export const unique = (values: Iterable<string>) => [...new Set(values)];

/** How many texts a system takes in and queries it ranks to be measured on a benchmark. */
export function workOf(system: string, benchmark: Benchmark): number {
  const { directions, documents } = benchmark;
  const pools = unique(directions.map((d) => d.docLang)).map((l) => documents.get(l)!.ids.length);
  const encoded = unique(directions.map((d) => d.queryLang)).map((l) => queriesAsked(benchmark, l).length);
  const ranked = directions.map((d) => d.qrels.size);
  return [...pools, ...(system === bm25.name ? [] : encoded), ...ranked].reduce((sum, n) => sum + n, 0);
}

export const bm25: System = {
  name: 'bm25',
  over: ({ documents, queries }, meter) => ({
    async pool(docLang) {
      const { ids, texts } = documents.get(docLang)!;
      const index = openBm25();
      for (let start = 0; start < texts.length; start += TEXTS) {
        const some = texts.slice(start, start + TEXTS);
        some.forEach(index.add);
        await meter.count(some.length);
      }
      return {
        async *rank({ queryLang, qrels }, depth) {
          const text = textById(queries.get(queryLang)!);
          let done = 0;
          for (const query of qrels.keys()) {
            const { indices, scores } = index.search(text(query), depth);
            yield [query, { documents: Array.from(indices, (i) => ids[i]), scores }];
            if (++done % QUERIES === 0) await meter.count(QUERIES);
          }
          await meter.count(done % QUERIES);
        },
      };
    },
  }),
  close: async () => {},
};

/** @param model a model folder and its digest */
export async function openModel(model: JobInput, searcher: Searcher, threads: number): Promise<System> {
  const encoder = await openEncoder(model.path, { threads });
  return {
    name: model.digest,
    over: (benchmark, meter) => overModel(encoder, model.digest, searcher, benchmark, meter),
    close: () => encoder.close(),
  };
}

/** @param digest of the model, for messages */
export function overModel(
  encoder: Encoder,
  digest: string,
  searcher: Searcher,
  benchmark: Benchmark,
  meter: Meter,
): Contest {
  const { dimension } = encoder;
  /** By language; queries are encoded once for all pools. */
  const encoded = new Map<string, Promise<(query: string) => Float32Array>>();

  async function encodeQueries(language: string) {
    const ids = queriesAsked(benchmark, language);
    const texts = ids.map(textById(benchmark.queries.get(language)!));
    const vectors = await encodeAll(encoder, digest, { ids, texts }, 'query', meter);
    const row = new Map(ids.map((id, i) => [id, i * dimension]));
    return (id: string) => vectors.subarray(row.get(id)!, row.get(id)! + dimension);
  }

  return {
    async pool(docLang) {
      const { ids, texts } = benchmark.documents.get(docLang)!;
      const documents = await encodeAll(encoder, digest, { ids, texts }, 'passage', meter);
      return {
        async *rank({ queryLang, qrels }, depth) {
          if (!encoded.has(queryLang)) encoded.set(queryLang, encodeQueries(queryLang));
          const vector = await encoded.get(queryLang)!;
          const asked = [...qrels.keys()];
          const k = Math.min(depth, ids.length);
          // At most 16 MiB of results at a time, however deep they are.
          const size = Math.max(1, Math.floor(2 ** 21 / k));
          for (let start = 0; start < asked.length; start += size) {
            const some = asked.slice(start, start + size);
            const gathered = new Float32Array(some.length * dimension);
            some.forEach((query, i) => {
              gathered.set(vector(query), i * dimension);
            });
            const found = await searcher.topK(gathered, documents, dimension, k, meter.signal);
            for (let i = 0; i < some.length; i++) {
              const indices = found.indices.subarray(i * k, (i + 1) * k);
              const scores = found.scores.subarray(i * k, (i + 1) * k);
              yield [some[i], { documents: Array.from(indices, (d) => ids[d]), scores }];
            }
            await meter.count(some.length);
          }
        },
      };
    },
  };
}

/** Queries of a language that some direction's qrels name; the others are not evaluated. */
const queriesAsked = ({ directions }: Benchmark, language: string) =>
  unique(directions.filter((d) => d.queryLang === language).flatMap((d) => [...d.qrels.keys()]));

function textById({ ids, texts }: Texts) {
  const index = new Map(ids.map((id, i) => [id, texts[i]]));
  return (id: string) => {
    const text = index.get(id);
    if (text === undefined) throw new Error(`the qrels name query ${id}, which the benchmark does not have`);
    return text;
  };
}

async function encodeAll(
  encoder: Encoder,
  digest: string,
  { ids, texts }: Texts,
  as: 'query' | 'passage',
  meter: Meter,
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
