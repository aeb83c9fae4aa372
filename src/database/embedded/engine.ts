import { fdatasyncSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { query, readRows, startup } from './protocol.ts';

/**
 * PGlite as the front sees it: one PostgreSQL backend in WebAssembly that takes a batch of protocol messages and answers
 * at once. It has one session and one thread; nothing else on this process's event loop moves while it works.
 */
export interface Engine {
  exec(batch: Buffer): Buffer;
  /** Runs SQL of our own and gives the rows of the first result, values as text. */
  rows(sql: string): (string | null)[][];
  /** What a client is told when it connects: ParameterStatus messages and the like, as the backend wrote them. */
  greeting: Buffer;
  close(): Promise<void>;
}

export interface EngineOptions {
  /** A folder, or `memory://`. */
  dataDir: string;
  /** A PGlite dump to begin with; the folder must be new then. */
  loadDataDir?: Blob;
  /** Syncs files as a server does, so that commits also outlive a power failure. About 0.3 ms a commit on an SSD. */
  durable: boolean;
  /** Called when the WebAssembly has trapped. Its memory cannot be trusted any more: end the process. */
  onPanic(error: unknown): never;
}

// PostgreSQL checks its own stack depth, but has no idea of the JavaScript stack that its frames really take: about 2.5
// times as much (measured with a plpgsql function that calls itself). With this and `--stack-size=${stackKilobytes}`
// endless recursion is a clean 54001 instead of a trap.
const maxStackDepth = '640kB';
export const stackKilobytes = 4096;

export async function openEngine(options: EngineOptions): Promise<Engine> {
  const parameters = PGlite.defaultStartParams.filter((parameter) => parameter !== '-F' || !options.durable);
  // fdatasync is a no-op in Emscripten's libc, fsync goes through the file system's hook.
  const syncing = options.durable ? ['-c', 'wal_sync_method=fsync'] : [];
  const database = await PGlite.create({
    dataDir: options.dataDir,
    loadDataDir: options.loadDataDir,
    extensions: { vector },
    startParams: [...parameters, '-c', `max_stack_depth=${maxStackDepth}`, ...syncing],
  });
  const { Module } = database as unknown as { Module: WasmModule };
  if (options.durable) Module.FS.filesystems.NODEFS.stream_ops.fsync = syncStream;
  stopAtTraps(Module, options.onPanic);

  let chunks: Buffer[] = [];
  // execProtocolRawStream works synchronously with `syncToFs: false`. execProtocolRaw would parse every answer a second
  // time and keep the parsed messages for ever.
  const exec = (batch: Buffer): Buffer => {
    chunks = [];
    database
      .execProtocolRawStream(batch, {
        syncToFs: false,
        onRawData: (bytes) => chunks.push(Buffer.from(bytes)),
      })
      .catch(options.onPanic);
    return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
  };

  // The backend reports changed parameters only after it has seen a client start.
  const greeting = exec(startup({ user: 'postgres', database: 'postgres' }));
  return {
    exec,
    rows: (sql) => readRows(exec(query(sql))),
    greeting,
    close: () => database.close(),
  };
}

interface WasmModule {
  FS: { filesystems: { NODEFS: { stream_ops: Record<string, unknown> } } };
  _PostgresMainLoopOnce(): void;
}

/** Emscripten's NODEFS has no fsync of its own: PostgreSQL would believe that it had synced. */
function syncStream(stream: { nfd: number }): number {
  fdatasyncSync(stream.nfd);
  return 0;
}

/** PGlite swallows every exception of its main loop; only this status is one, PostgreSQL's way back after an ERROR. */
const longJump = 100;

function stopAtTraps(module: WasmModule, onPanic: (error: unknown) => never) {
  const once = module._PostgresMainLoopOnce;
  module._PostgresMainLoopOnce = () => {
    try {
      once();
    } catch (error) {
      if ((error as { status?: number }).status !== longJump) onPanic(error);
      throw error;
    }
  };
}
