#!/usr/bin/env node
/**
 * Prisma's schema engine without its download, for those who write migrations:
 *
 *   PRISMA_SCHEMA_ENGINE_BINARY=prisma/schema-engine.mjs npx prisma migrate diff \
 *     --from-migrations prisma/migrations --to-schema prisma/schema.prisma --script
 *
 * The CLI starts an engine as a process and speaks JSON-RPC with it, a line a message. Here the same engine runs as
 * WebAssembly, on a driver adapter, with an embedded database in memory for the shadow database. Nothing at run time
 * needs it (src/database/migrate.ts). The versions of its packages are those of the `prisma` package.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { startEmbedded } from '../src/database/embedded/start.ts';

const require = createRequire(import.meta.url);
const engineModule = '@prisma/schema-engine-wasm/schema_engine_bg';

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    version: { type: 'boolean' },
    datasource: { type: 'string' },
    datamodels: { type: 'string', multiple: true },
  },
});
const datasource = values.datasource ? JSON.parse(values.datasource) : {};
const url = datasource.url ?? process.env.DATABASE_URL;

/** The few commands of `schema-engine cli`. The CLI reads the last line of stderr. */
async function command(name) {
  const log = (level, message, extra = {}) =>
    process.stderr.write(
      `\n${JSON.stringify({ timestamp: new Date().toISOString(), level, fields: { message, ...extra }, target: 'schema_engine::logger' })}`,
    );
  const client = (connectionString) => new pg.Client({ connectionString });
  try {
    const at = new URL(url);
    const database = decodeURIComponent(at.pathname.slice(1)).replaceAll('"', '""');
    if (name !== 'can-connect-to-database') at.pathname = '/postgres';
    const connection = client(at.href);
    await connection.connect();
    if (name === 'create-database') await connection.query(`CREATE DATABASE "${database}"`);
    else if (name === 'drop-database') await connection.query(`DROP DATABASE IF EXISTS "${database}"`);
    else if (name !== 'can-connect-to-database') throw new Error(`unknown command ${name}`);
    await connection.end();
    log('INFO', 'Connection successful');
  } catch (error) {
    const codes = { '3D000': 'P1003', '28P01': 'P1000' };
    log('ERROR', error.message, { error_code: codes[error.code] ?? 'P1001', is_panic: false, meta: {} });
    process.exitCode = 1;
  }
}

/** Answers requests in the order in which they come, until stdin ends. */
async function serve() {
  const engine = await openEngine();
  const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  let printed = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, method, params } = JSON.parse(line);
    if (!method) continue; // an answer to one of our prints
    try {
      let result = (await call(engine, method, params)) ?? null;
      if (method === 'diff' && result?.stdout != null) {
        // The native engine has the CLI print it.
        send({ id: ++printed, method: 'print', params: { content: result.stdout } });
        result = { ...result, stdout: null };
      }
      send({ id, result });
    } catch (error) {
      const data = {
        is_panic: false,
        message: error.message,
        meta: error.meta ?? null,
        error_code: error.code,
      };
      send({
        id,
        error: { code: 4466, message: 'An error happened. Check the data field for details.', data },
      });
    }
  }
  process.exit(0);
}

async function call(engine, method, params) {
  const name = method === 'getDatabaseVersion' ? 'version' : method;
  try {
    return await engine[name](params);
  } catch (error) {
    // 7.10 loses its factory of shadow databases in calls that come before it has read the migrations.
    if (!/external factory/.test(error?.message) || !params?.migrationsList) throw error;
    await engine.devDiagnostic({ migrationsList: params.migrationsList, filters: params.filters });
    return engine[name](params);
  }
}

async function openEngine() {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = {
    set_message: (message) => process.stderr.write(`schema engine: ${message}\n`),
  };
  const bindings = await import(engineModule);
  const wasm = readFileSync(require.resolve(engineModule).replace(/\.js$/, '.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();

  const datamodels = values.datamodels?.map((path) => [path, readFileSync(path, 'utf8')]);
  const adapter = bindMigrationAwareSqlAdapterFactory(new Factory({ connectionString: url }));
  return bindings.SchemaEngine.new({ datamodels }, () => {}, adapter);
}

class Factory extends PrismaPg {
  // The engine connects before it knows whether it needs to.
  async connect() {
    return url ? adapt(url) : throwAway();
  }

  async connectToShadowDb() {
    return datasource.shadowDatabaseUrl ? adapt(datasource.shadowDatabaseUrl) : throwAway();
  }
}

async function throwAway() {
  const database = await startEmbedded({ dataDir: 'memory' });
  return adapt(database.url, () => database.stop());
}

/** "char", the one-byte type of the system catalogs. */
const charType = 18;
const textType = 25;

/**
 * A connection for the engine. Its questions to the catalogs need "char", which adapter-pg 7 does not read: such columns
 * pass it as text and are called character afterwards.
 */
async function adapt(connectionString, disposed = async () => {}) {
  const pool = new pg.Pool({ connectionString, max: 1 });
  const send = pool.query.bind(pool);
  // The embedded database has no session-level locks, and its author no rival.
  const ask = (question, ...rest) =>
    send(question, ...rest).catch((error) => {
      const sql = question.text ?? question;
      if (error.code !== '0A000' || !sql.includes('pg_advisory_lock(')) throw error;
      const text = sql.replace('pg_advisory_lock(', 'pg_advisory_xact_lock(');
      return send(question.text ? { ...question, text } : text, ...rest);
    });
  let charColumns = [];
  pool.query = async (...question) => {
    const result = await ask(...question);
    charColumns = [];
    for (const [index, field] of (result.fields ?? []).entries()) {
      if (field.dataTypeID !== charType) continue;
      field.dataTypeID = textType;
      charColumns.push(index);
    }
    return result;
  };
  const adapter = await new PrismaPg(pool).connect();
  const queryRaw = adapter.queryRaw.bind(adapter);
  const dispose = adapter.dispose.bind(adapter);
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const index of charColumns) result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
  // It would cut a script at every semicolon, those in functions too.
  adapter.executeScript = async (script) => {
    await ask(script);
  };
  adapter.dispose = async () => {
    await dispose();
    if (!pool.ended) await pool.end();
    await disposed();
  };
  return adapter;
}

if (values.version) {
  const manifest = join(dirname(require.resolve(engineModule)), 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
  process.stdout.write(`schema-engine-cli ${version.split('.').at(-1)}\n`);
} else if (positionals[0] === 'cli') await command(positionals[1]);
else await serve();
