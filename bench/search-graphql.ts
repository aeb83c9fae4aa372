/** Search over HTTP and GraphQL beside the same SQL by hand: one client after the other, then eight of each. */
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import type { Database } from '#src/database/client.ts';
import { partition } from '#src/embeddings/partition.ts';
import { type Comparison, compare, median } from './comparison.ts';
import { k, type Loaded, queryOf, questions, timed } from './search.ts';

const clients = 8;

const document = `query ($input: SearchInput!) { search(input: $input) { hits { rank score language text parallelId } } }`;
const asked = 300;
const seconds = 5;

/** The same question, the same fields back: over HTTP and GraphQL, and by one SQL statement on a connection kept. */
export async function* throughGraphql(
  url: string,
  db: Database,
  set: Loaded,
  at: string,
): AsyncIterable<Comparison> {
  // As the driver keeps its connections. `fetch` would take 0.13 ms more of the very cores that are measured.
  const agent = new Agent({ keepAlive: true });
  const get = async (body: object) => {
    const options = { method: 'POST', agent, headers: { 'content-type': 'application/json' } };
    const asking = request(`${url}/graphql`, options).end(JSON.stringify(body));
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    const { data, errors } = JSON.parse(await text(answer));
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  const vectors = Array.from({ length: questions }, (_, q) => queryOf(set, q));
  const byGraphql = async (q: number) => {
    const input = { embeddingSet: set.name, vector: vectors[q % questions], first: k };
    const { search } = await get({ query: document, variables: { input } });
    return (search.hits as { parallelId: string }[]).map(({ parallelId }) => parallelId);
  };
  const { search: first } = await get({
    query: 'query ($input: SearchInput!) { search(input: $input) { explain { candidates } } }',
    variables: { input: { embeddingSet: set.name, vector: vectors[0], first: k } },
  });
  const { candidates } = first.explain as { candidates: number };
  const connections = Array.from({ length: clients }, () => new pg.Client({ connectionString: db.url }));
  for (const client of connections) {
    await client.connect();
    await client.query(`SET hnsw.ef_search = ${candidates}`);
  }
  const type = `halfvec(${set.dimension})`;
  const statement = `WITH near AS MATERIALIZED (
      SELECT ordinal, unit_ordinal, language, vec FROM ${partition(set.id)} ORDER BY (vec::${type}) <=> $1::vector::${type} LIMIT ${candidates})
    SELECT 1 - n.distance AS score, n.language, t.text, u.parallel_id
    FROM (SELECT ordinal, unit_ordinal, language, vec <=> $1::vector AS distance FROM near ORDER BY distance, ordinal LIMIT ${k}) n
    JOIN text t ON t.collection_id = ${set.collection} AND t.ordinal = n.ordinal
    JOIN unit u ON u.collection_id = ${set.collection} AND u.ordinal = n.unit_ordinal ORDER BY n.distance, n.ordinal`;
  const bySql = async (q: number, client = connections[0]) => {
    const { rows } = await client.query({
      name: 'near',
      text: statement,
      values: [`[${vectors[q % questions].join(',')}]`],
    });
    return rows.map((row) => row.parallel_id as string);
  };
  try {
    for (let q = 0; q < questions; q++) {
      const [ours, theirs] = [await byGraphql(q), await bySql(q)];
      if (ours.join() !== theirs.join())
        throw new Error(`question ${q}: ${ours} by GraphQL, ${theirs} by SQL`);
    }
    const times = { ours: [] as number[], peer: [] as number[] };
    for (let q = 0; q < asked; q++) {
      // Never the same question twice in a row: the second would find all that it reads in the processor's caches.
      const ours = async () => times.ours.push(await timed(() => byGraphql(q)));
      const peer = async () => times.peer.push(await timed(() => bySql(q + questions / 2)));
      for (const ask of q % 2 === 0 ? [ours, peer] : [peer, ours]) await ask();
    }
    const peerName = 'the same SQL by hand';
    yield compare(
      `${at}, search through GraphQL`,
      'p50 ms',
      median(times.ours),
      median(times.peer),
      peerName,
      true,
    );
    const [ours, peer] = [
      await throughput((q) => byGraphql(q)),
      await throughput((q, client) => bySql(q, connections[client])),
    ];
    yield compare(`${at}, search through GraphQL, ${clients} clients`, 'searches/s', ours, peer, peerName);
  } finally {
    agent.destroy();
    for (const client of connections) await client.end();
  }
}

async function throughput(ask: (q: number, client: number) => Promise<unknown>): Promise<number> {
  const started = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      while (performance.now() - started < 1000 * seconds) await ask(client + clients * done++, client);
    }),
  );
  return done / ((performance.now() - started) / 1000);
}
