import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { GZIP_IDLE, GZIP_RATIO, GZIP_RATIO_FROM, TEXT_BYTES } from './limits.ts';
import { refuseFile } from './place.ts';

const CHUNK = 1 << 18;

/** A file that is read once, from start to end. Gzip is told from plain by its first bytes, never by the name. */
export interface Source {
  /** Bytes on disk, and how many of them have been read. */
  size: number;
  read(): number;
  /** The text's bytes, inflated. Throws UserError for a damaged gzip stream and beyond the limits. */
  chunks: AsyncGenerator<Buffer>;
  /** SHA-256 of the file as it lies on disk; to be asked when `chunks` has ended. */
  digest(): string;
}

/** `file` is the name for messages. */
export async function openSource(path: string, file: string, textLimit = TEXT_BYTES): Promise<Source> {
  const status = await stat(path);
  // Asked before opening: opening a pipe would wait for its writer.
  if (!status.isFile()) throw refuseFile(file, 'is not a regular file');
  const hash = createHash('sha256');
  let read = 0;

  async function* raw(handle: FileHandle): AsyncGenerator<Buffer> {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, read);
      if (bytesRead === 0) return;
      const chunk = buffer.subarray(0, bytesRead);
      hash.update(chunk);
      read += bytesRead;
      yield chunk;
    }
  }

  async function* text(): AsyncGenerator<Buffer> {
    const handle = await open(path);
    let bytes = 0;
    try {
      const compressed = await isGzip(handle);
      for await (const chunk of compressed ? inflate(raw(handle), file) : raw(handle)) {
        bytes += chunk.length;
        if (bytes > textLimit)
          throw refuseFile(file, `holds more than ${textLimit} bytes of text; split it`, 'LIMIT_EXCEEDED');
        yield chunk;
      }
    } finally {
      await handle.close();
    }
  }

  return { size: status.size, read: () => read, chunks: text(), digest: () => hash.digest('hex') };
}

async function isGzip(handle: FileHandle): Promise<boolean> {
  const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return buffer[0] === 0x1f && buffer[1] === 0x8b;
}

/** All members of a gzip file, one after the other. */
async function* inflate(raw: AsyncIterable<Buffer>, file: string): AsyncGenerator<Buffer> {
  let given = 0;
  let inflated = 0;
  async function* fed() {
    for await (const chunk of raw) {
      given += chunk.length;
      if (given > inflated + GZIP_IDLE)
        throw refuseFile(file, 'its gzip members hold next to nothing; compress it anew', 'LIMIT_EXCEEDED');
      yield chunk;
    }
  }
  const gunzip = createGunzip({ chunkSize: CHUNK });
  const compressed = Readable.from(fed(), { objectMode: false });
  compressed.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const chunk of compressed.pipe(gunzip)) {
      inflated += chunk.length;
      if (inflated > GZIP_RATIO_FROM && inflated > GZIP_RATIO * gunzip.bytesWritten)
        throw refuseFile(
          file,
          `inflates to more than ${GZIP_RATIO} times its size, as a gzip bomb does; import it uncompressed if it is genuine`,
          'LIMIT_EXCEEDED',
        );
      yield chunk;
    }
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!code.startsWith('Z_')) throw error;
    throw refuseFile(file, `the gzip stream is damaged or cut off (${message}); copy or compress it anew`);
  } finally {
    compressed.destroy();
  }
  // After a zero byte behind a member zlib drops all that follows, further members included, without a word.
  if (gunzip.bytesWritten !== given)
    throw refuseFile(file, 'has bytes behind the end of its gzip stream; compress it anew');
}
