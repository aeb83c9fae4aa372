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
  /** Makes one language's documents searchable; ranks the queries of a direction's qrels among them, in their order. */
  pool(benchmark: Benchmark, docLang: string, meter: Meter): Promise<Pool>;
  close(): Promise<void>;
}
export interface Pool {
  rank(direction: JudgedDirection, depth: number, meter: Meter): AsyncIterable<[query: string, Ranking]>;
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
  async pool({ documents, queries }, docLang, meter) {
    const { ids, texts } = documents.get(docLang)!;
    const index = openBm25();
    for (let start = 0; start < texts.length; start += TEXTS) {
      const some = texts.slice(start, start + TEXTS);
      some.forEach(index.add);
      await meter.count(some.length);
    }
    return {
      async *rank({ queryLang, qrels }, depth, meter) {
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
  close: async () => {},
};

/** @param model a model folder and its digest */
export async function openModel(model: JobInput, searcher: Searcher, threads: number): Promise<System> {
  const encoder = await openEncoder(model.path, { threads });
  const { dimension } = encoder;
  /** Queries are encoded once for all pools of a benchmark. */
  const encodedQueries = new WeakMap<Benchmark, Map<string, Encoded>>();

  async function queriesOf(benchmark: Benchmark, language: string, meter: Meter): Promise<Encoded> {
    const byLanguage = encodedQueries.get(benchmark) ?? new Map<string, Encoded>();
    encodedQueries.set(benchmark, byLanguage);
    const known = byLanguage.get(language);
    if (known) return known;
    const ids = queriesAsked(benchmark, language);
    const texts = ids.map(textById(benchmark.queries.get(language)!));
    const vectors = await encodeAll(encoder, model.digest, { ids, texts }, 'query', meter);
    const encoded = { vectors, row: new Map(ids.map((id, i) => [id, i])) };
    byLanguage.set(language, encoded);
    return encoded;
  }

  return {
    name: model.digest,
    async pool(benchmark, docLang, meter) {
      const pool = benchmark.documents.get(docLang)!;
      const documents = await encodeAll(encoder, model.digest, pool, 'passage', meter);
      return {
        async *rank({ queryLang, qrels }, depth, meter) {
          const { vectors, row } = await queriesOf(benchmark, queryLang, meter);
          const asked = [...qrels.keys()];
          // At most 16 MiB of results at a time, however deep they are.
          const size = Math.max(1, Math.floor(2 ** 21 / depth));
          for (let start = 0; start < asked.length; start += size) {
            const some = asked.slice(start, start + size);
            const gathered = new Float32Array(some.length * dimension);
            some.forEach((query, i) => {
              const at = row.get(query)! * dimension;
              gathered.set(vectors.subarray(at, at + dimension), i * dimension);
            });
            const found = await searcher.topK(gathered, documents, dimension, depth, meter.signal);
            const kept = Math.min(depth, pool.ids.length);
            for (let i = 0; i < some.length; i++) {
              const indices = found.indices.subarray(i * depth, i * depth + kept);
              const scores = found.scores.subarray(i * depth, i * depth + kept);
              yield [some[i], { documents: Array.from(indices, (d) => pool.ids[d]), scores }];
            }
            await meter.count(some.length);
          }
        },
      };
    },
    close: () => encoder.close(),
  };
}

interface Encoded {
  vectors: Float32Array;
  row: Map<string, number>;
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
