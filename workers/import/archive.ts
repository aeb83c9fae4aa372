/**
 * Archives of model folders: zip, tar, tar.gz. Only what a model folder is read from is written, everything else is
 * passed over; an archive that holds a link, a path that leads out, or the same path twice is refused whole.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import tar from 'tar-stream';
import yauzl from 'yauzl';
import { badInput, UserError } from '#src/errors.ts';
import { isModelSource } from '#src/models/source-files.ts';
import { ARCHIVE_ENTRIES, GZIP_RATIO, GZIP_RATIO_FROM, MODEL_BYTES } from './limits.ts';

const refuse = (message: string, code: 'BAD_USER_INPUT' | 'LIMIT_EXCEEDED' = 'BAD_USER_INPUT') =>
  new UserError(code, `the archive ${message}`, [{ path: 'source', message }]);
const show = (path: string) => JSON.stringify(path.slice(0, 200));

/** @returns the model's folder: `into`, or the one folder in it that holds everything. */
export async function unpackModel(archive: string, into: string, signal: AbortSignal): Promise<string> {
  const desk = openDesk(into, (await stat(archive)).size, signal);
  const kind = await kindOf(archive);
  if (kind === 'zip') await unpackZip(archive, desk);
  else await unpackTar(archive, kind === 'gzip', desk);
  if (desk.written === 0) throw refuse('holds no file of a model folder (JSON, safetensors)');
  const names = await readdir(into);
  const alone = names.length === 1 && (await stat(join(into, names[0]))).isDirectory();
  return alone ? join(into, names[0]) : into;
}

async function kindOf(path: string): Promise<'zip' | 'gzip' | 'tar'> {
  const handle = await open(path);
  try {
    const { buffer } = await handle.read(Buffer.alloc(264), 0, 264, 0);
    if (buffer.toString('latin1', 0, 4) === 'PK\x03\x04') return 'zip';
    if (buffer[0] === 0x1f && buffer[1] === 0x8b) return 'gzip';
    if (buffer.toString('latin1', 257, 262) === 'ustar') return 'tar';
  } finally {
    await handle.close();
  }
  throw badInput(
    'source',
    'the artifact is no archive that imports read: pack the model folder as zip, tar or tar.gz',
  );
}

/** What is the same for both: counting, refusing, writing. */
function openDesk(into: string, packed: number, signal: AbortSignal) {
  const seen = new Set<string>();
  let bytes = 0;
  const desk = {
    written: 0,
    /** Counts bytes that come out, whoever needs them. */
    count(chunk: Uint8Array) {
      signal.throwIfAborted();
      bytes += chunk.length;
      if (bytes > MODEL_BYTES) throw refuse(`holds more than ${MODEL_BYTES} bytes`, 'LIMIT_EXCEEDED');
      if (bytes > GZIP_RATIO_FROM && bytes > GZIP_RATIO * packed)
        throw refuse(`unpacks to more than ${GZIP_RATIO} times its size, as a bomb does`, 'LIMIT_EXCEEDED');
    },
    /** Judges an entry's name. @returns where it goes; null: it is passed over */
    admit(name: string): string | null {
      if (seen.size >= ARCHIVE_ENTRIES)
        throw refuse(`has more than ${ARCHIVE_ENTRIES} entries`, 'LIMIT_EXCEEDED');
      const path = name.replace(/^(\.\/)+/, '').replace(/\/$/, '');
      if (path === '' || path === '.') return null;
      if (path.startsWith('/') || /^[A-Za-z]:|\\|\0/.test(path) || path.split('/').includes('..'))
        throw refuse(`holds ${show(name)}, which leads out of it`);
      if (seen.has(path)) throw refuse(`holds ${show(name)} twice`);
      seen.add(path);
      // In a folder of the archive's own, too.
      const inside = path.replace(/^[^/]+\//, '');
      return isModelSource(path) || isModelSource(inside) ? join(into, path) : null;
    },
    /** The stream is opened last: one that fails before anybody listens would end the process. */
    async write(target: string, open: () => Readable | Promise<Readable>) {
      await mkdir(dirname(target), { recursive: true });
      await pipeline(await open(), counting(desk.count), createWriteStream(target, { flags: 'wx' }));
      desk.written++;
    },
  };
  return desk;
}
type Desk = ReturnType<typeof openDesk>;

const counting = (count: (chunk: Uint8Array) => void) =>
  new Transform({
    transform(chunk, _encoding, done) {
      try {
        count(chunk);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });

async function unpackTar(archive: string, isGzip: boolean, desk: Desk) {
  const extract = tar.extract();
  const streams = [
    createReadStream(archive),
    // Headers and what is passed over are inflated too, so all that comes out is counted here.
    ...(isGzip ? [createGunzip(), counting(desk.count)] : []),
    extract,
  ];
  const feeding = pipeline(streams as never);
  feeding.catch(() => {}); // comes out below, as the end of the entries
  try {
    for await (const entry of extract) {
      const { name, type } = entry.header;
      if (type === 'symlink' || type === 'link')
        throw refuse(`holds the link ${show(name)}; pack the files themselves`);
      const target = desk.admit(name);
      if (type === 'file' && target) await desk.write(target, () => entry as never);
      else entry.resume();
    }
    await feeding;
  } catch (error) {
    extract.destroy();
    throw asRefusal(error);
  }
}

async function unpackZip(archive: string, desk: Desk) {
  try {
    const zip = await yauzl.openPromise(archive, { strictFileNames: true });
    try {
      for await (const entry of zip.eachEntry()) {
        const unixMode = entry.externalFileAttributes >>> 16;
        if ((unixMode & 0o170000) === 0o120000)
          throw refuse(`holds the link ${show(entry.fileName)}; pack the files themselves`);
        const target = desk.admit(entry.fileName);
        if (!target || entry.fileName.endsWith('/')) continue;
        await desk.write(target, () => zip.openReadStreamPromise(entry));
      }
    } finally {
      zip.close();
    }
  } catch (error) {
    throw asRefusal(error);
  }
}

/** What the libraries say of a broken archive; a full disk and the like stay what they are. */
function asRefusal(error: unknown): unknown {
  const { code, message, name } = error as NodeJS.ErrnoException;
  if (error instanceof UserError || name === 'AbortError') return error;
  if (code && !code.startsWith('Z_') && code !== 'ERR_STREAM_PREMATURE_CLOSE') return error;
  return refuse(`cannot be read (${message.slice(0, 200)}); pack the folder anew`);
}
