import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '#src/errors.ts';
import { type Line, linesOf } from '#workers/import/lines.ts';

async function* inChunks(bytes: Buffer, cuts: number[]) {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  for (const [i, start] of [0, ...at].entries()) yield bytes.subarray(start, at[i] ?? bytes.length);
}

/** Lines up to the error, and the error's message. */
async function outcome(chunks: AsyncIterable<Uint8Array>, limit?: number) {
  const lines: Line[] = [];
  try {
    for await (const group of linesOf(chunks, 'f', limit)) lines.push(...group);
    return { lines };
  } catch (error) {
    assert.ok(error instanceof UserError);
    return { lines, error: error.message };
  }
}

/** The slow way: the file as a whole, line by line. */
function oracle(bytes: Buffer, limit: number) {
  const lines: Line[] = [];
  let start = 0;
  for (let number = 1; start <= bytes.length; number++) {
    const end = bytes.indexOf(0x0a, start) < 0 ? bytes.length : bytes.indexOf(0x0a, start);
    const line = bytes.subarray(start, end);
    if (line.length > limit)
      return { lines, error: `f line ${number}: is longer than ${limit} bytes; split or shorten the record` };
    let text = '';
    for (let length = 0; length <= line.length; length++) {
      const prefix = line.subarray(0, length).toString();
      if (Buffer.from(prefix).equals(line.subarray(0, length))) text = prefix;
    }
    const valid = Buffer.byteLength(text);
    if (valid < line.length)
      return { lines, error: `f line ${number}: byte ${valid + 1} is not UTF-8; save the file as UTF-8` };
    if (number === 1) text = text.replace(/^\ufeff/, '');
    if (!/^[ \t\r]*$/.test(text)) lines.push({ number, text });
    start = end + 1;
  }
  return { lines };
}

const pieces = fc.constantFrom(
  'a',
  '가',
  '\n',
  '\n',
  ' ',
  '\r\n',
  '\ufeff',
  '\ufffd',
  '😀',
  '\u2028',
  '\xff',
  '{"k":1}',
);
const file = fc
  .array(pieces, { maxLength: 24 })
  .map((parts) =>
    Buffer.concat(parts.map((part) => (part === '\xff' ? Buffer.from([0xe2, 0x82]) : Buffer.from(part)))),
  );

test('lines and errors are those of the whole file, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      file,
      fc.array(fc.nat(60), { maxLength: 12 }),
      fc.integer({ min: 1, max: 12 }),
      async (bytes, cuts, limit) => {
        assert.deepEqual(await outcome(inChunks(bytes, cuts), limit), oracle(bytes, limit));
      },
    ),
    { numRuns: 2000 },
  );
});

test('a line without end is refused as soon as it is too long', async () => {
  let given = 0;
  async function* endless() {
    for (;;) {
      given += 1 << 20;
      yield Buffer.alloc(1 << 20, 'a');
    }
  }
  assert.deepEqual(await outcome(endless()), {
    lines: [],
    error: 'f line 1: is longer than 8388608 bytes; split or shorten the record',
  });
  assert.equal(given, 9 << 20);
});
