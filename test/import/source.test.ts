import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { sha256 } from '#src/recipes/canonical.ts';
import { openSource } from '#workers/import/source.ts';
import { inFolder, refusal } from './start.ts';

/** Reads a file of these bytes to its end. */
const read = (bytes: Buffer, limit?: number) =>
  inFolder(async (folder) => {
    const path = join(folder, 'f');
    await writeFile(path, bytes);
    const source = await openSource(path, 'f', limit);
    const chunks: Buffer[] = [];
    for await (const chunk of source.chunks) chunks.push(chunk);
    return {
      text: Buffer.concat(chunks).toString(),
      size: source.size,
      read: source.read(),
      digest: source.digest(),
    };
  });

const damaged = (why: string) =>
  `BAD_USER_INPUT: f: the gzip stream is damaged or cut off (${why}); copy or compress it anew`;
const trailing = 'BAD_USER_INPUT: f: has bytes behind the end of its gzip stream; compress it anew';
const text = 'a line of text\n'.repeat(50_000);

test('plain and gzip give the same text, and the digest of the bytes on disk', async () => {
  for (const bytes of [
    Buffer.from(text),
    gzipSync(text),
    Buffer.concat([gzipSync(''), gzipSync(text), gzipSync('')]),
  ])
    assert.deepEqual(await read(bytes), {
      text,
      size: bytes.length,
      read: bytes.length,
      digest: sha256(bytes),
    });
  for (const bytes of [Buffer.alloc(0), gzipSync(''), Buffer.from([0x1f])])
    assert.equal((await read(bytes)).digest, sha256(bytes));
});

test('a gzip file cut anywhere is refused', async () => {
  const whole = Buffer.concat([gzipSync('first'), gzipSync('second')]);
  const end = gzipSync('first').length;
  for (let length = 2; length < whole.length; length++) {
    if (length === end) continue;
    assert.equal(await refusal(read(whole.subarray(0, length))), damaged('unexpected end of file'));
  }
});

test('a damaged gzip file is refused', async () => {
  const whole = gzipSync(text);
  const flipped = Buffer.from(whole);
  flipped[whole.length - 6] ^= 1;
  assert.equal(await refusal(read(flipped)), damaged('incorrect data check'));
  assert.equal(
    await refusal(read(Buffer.concat([whole, Buffer.from('tail')]))),
    damaged('incorrect header check'),
  );
});

test('what zlib would skip behind a zero byte is refused', async () => {
  assert.equal(await refusal(read(Buffer.concat([gzipSync(text), Buffer.alloc(512)]))), trailing);
  assert.equal(
    await refusal(read(Buffer.concat([gzipSync(text), Buffer.alloc(1), gzipSync('lost')]))),
    trailing,
  );
  const large = Buffer.concat([gzipSync(text), Buffer.alloc(1 << 20), gzipSync('lost')]);
  assert.equal(await refusal(read(large)), trailing);
});

test('a gzip bomb is refused', async () => {
  // Compressed once, repeated as members: 256 MiB would come out of 256 KiB.
  const member = gzipSync(Buffer.alloc(16 << 20, ' '));
  assert.equal(
    await refusal(read(Buffer.concat(Array(16).fill(member)))),
    'LIMIT_EXCEEDED: f: inflates to more than 200 times its size, as a gzip bomb does; import it uncompressed if it is genuine',
  );
  assert.equal((await read(Buffer.concat(Array(4).fill(member)))).text.length, 64 << 20);
});

test('empty gzip members without end are refused', async () => {
  const members = Buffer.alloc(66 << 20, gzipSync(''));
  assert.equal(
    await refusal(read(members)),
    'LIMIT_EXCEEDED: f: its gzip members hold next to nothing; compress it anew',
  );
});

test('more text than the limit is refused, plain and inflated', async () => {
  for (const bytes of [Buffer.from(text), gzipSync(text)]) {
    assert.equal((await read(bytes, text.length)).text, text);
    assert.equal(
      await refusal(read(bytes, text.length - 1)),
      `LIMIT_EXCEEDED: f: holds more than ${text.length - 1} bytes of text; split it`,
    );
  }
});

test('only regular files are read', { skip: process.platform === 'win32' }, async () => {
  const refused = 'BAD_USER_INPUT: f: is not a regular file';
  await inFolder(async (folder) => {
    assert.equal(await refusal(openSource(folder, 'f')), refused);
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    assert.equal(await refusal(openSource(pipe, 'f')), refused);
  });
});
