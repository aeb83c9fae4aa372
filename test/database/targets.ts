import { randomBytes } from 'node:crypto';
import { after, before, describe } from 'node:test';
import pg from 'pg';
import { type EmbeddedOptions, startEmbedded } from '#src/database/embedded/start.ts';

/** A database of a test's own, empty, and how to be rid of it. */
export interface TestDatabase {
  url: string;
  close(): Promise<void>;
}

export interface Target {
  name: 'embedded' | 'server';
  /** Why there is none; false where there is. */
  skip: string | false;
  open(options?: Partial<EmbeddedOptions>): Promise<TestDatabase>;
}

const serverUrl = process.env.TEST_DATABASE_URL;

export const embedded: Target = {
  name: 'embedded',
  skip: false,
  async open(options) {
    const { url, stop } = await startEmbedded({ dataDir: 'memory', ...options });
    return { url, close: stop };
  },
};

export const server: Target = {
  name: 'server',
  skip: serverUrl ? false : 'TEST_DATABASE_URL is not set',
  async open() {
    const name = `isogloss_test_${randomBytes(6).toString('hex')}`;
    await administer(`CREATE DATABASE ${name}`);
    const url = new URL(serverUrl!);
    url.pathname = `/${name}`;
    return { url: url.href, close: () => administer(`DROP DATABASE ${name} WITH (FORCE)`) };
  },
};

async function administer(sql: string) {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(sql);
  await client.end();
}

export interface Bench {
  url: string;
  /** A connected client, ended with the suite. */
  client(options?: pg.ClientConfig): Promise<pg.Client>;
}

/**
 * Runs a suite on the two databases that Isogloss has, with the same expectations: the real server is the oracle of the
 * embedded front. `.ci/postgres start FOLDER` makes one. `only` is for what one of them cannot have; say why there.
 */
export function onEachDatabase(
  title: string,
  suite: (bench: Bench, target: Target['name']) => void,
  { only, options }: { only?: Target['name']; options?: Partial<EmbeddedOptions> } = {},
) {
  for (const target of [embedded, server]) {
    if (only && only !== target.name) continue;
    describe(`${title}, ${target.name}`, { skip: target.skip }, () => {
      let database: TestDatabase;
      const clients: pg.Client[] = [];
      const bench: Bench = {
        url: '',
        async client(config) {
          const client = new pg.Client({ connectionString: bench.url, ...config });
          client.on('error', () => {});
          await client.connect();
          clients.push(client);
          return client;
        },
      };
      before(async () => {
        database = await target.open(options);
        bench.url = database.url;
      });
      after(async () => {
        await Promise.all(clients.map((client) => client.end().catch(() => {})));
        await database.close();
      });
      suite(bench, target.name);
    });
  }
}
