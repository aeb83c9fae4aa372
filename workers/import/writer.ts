import { createHash } from 'node:crypto';
import { closeSync, openSync, writeFileSync } from 'node:fs';

const BLOCK = 1 << 20;
const LF = 0x0a;
/** UTF-8 bytes of a UTF-16 unit, at most. */
const WIDEST = 3;

/** Writes lines as UTF-8 with LF and hashes them on the way. Synchronous: a child has nothing else to do meanwhile. */
export function openWriter(path: string) {
  const file = openSync(path, 'wx');
  const hash = createHash('sha256');
  // Lines are encoded one by one into a block: joining them first and encoding the whole took twice as long.
  let block = Buffer.allocUnsafe(BLOCK);
  let used = 0;
  let end = 0;
  let bytes = 0;

  function write() {
    const full = block.subarray(0, used);
    hash.update(full);
    writeFileSync(file, full);
    bytes += used;
    used = 0;
  }

  return {
    /**
     * Encodes a line in two halves without taking it yet; returns the bytes of the second half, which hold until the
     * next call. What is not committed is overwritten.
     */
    stage(head: string, rest: string): Uint8Array {
      const most = WIDEST * (head.length + rest.length) + 1;
      if (most > block.length - used) write();
      if (most > block.length) block = Buffer.allocUnsafe(most);
      const middle = used + block.write(head, used);
      end = middle + block.write(rest, middle);
      return block.subarray(middle, end);
    },
    /** Takes the staged line and ends it. */
    commit() {
      block[end] = LF;
      used = end + 1;
    },
    /** The SHA-256 of all that was written, and its length in bytes. */
    finish() {
      write();
      return { digest: hash.digest('hex'), bytes };
    },
    close: () => closeSync(file),
  };
}
