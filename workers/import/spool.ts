import { closeSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';

const BLOCK = 1 << 20;

/** Texts put aside in a file and read back by place, so that a benchmark of any size is sorted without holding it. */
export function openSpool(path: string) {
  const file = openSync(path, 'w+');
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let end = 0;

  function write() {
    writeFileSync(file, Buffer.concat(pending));
    pending = [];
    pendingBytes = 0;
  }

  return {
    add(text: string): Span {
      const bytes = Buffer.from(text);
      pending.push(bytes);
      pendingBytes += bytes.length;
      if (pendingBytes >= BLOCK) write();
      end += bytes.length;
      return { offset: end - bytes.length, length: bytes.length };
    },
    read({ offset, length }: Span): string {
      if (offset + length > end - pendingBytes) write();
      const bytes = Buffer.allocUnsafe(length);
      readSync(file, bytes, 0, length, offset);
      return bytes.toString();
    },
    close() {
      closeSync(file);
      rmSync(path);
    },
  };
}

/** Where a text lies in the spool, in bytes. */
export interface Span {
  offset: number;
  length: number;
}
export type Spool = ReturnType<typeof openSpool>;
