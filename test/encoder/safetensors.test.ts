import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '#src/errors.ts';
import { openSafetensors, writeSafetensors } from '#workers/encoder/safetensors.ts';
import { parseHeader } from '#workers/encoder/safetensors-header.ts';
import { messageOf, temporary } from './tiny.ts';

const size = (shape: number[]) => shape.reduce((product, n) => product * n, 1);

test('what is written is read again, bit for bit, whatever the names, shapes and values', async (t) => {
  const dir = await temporary(t);
  const tensor = fc.array(fc.nat(4), { maxLength: 4 }).chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      data: fc.float32Array({ minLength: size(shape), maxLength: size(shape) }),
    }),
  );
  const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((s) => s !== '__metadata__');
  let n = 0;
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key }), async (list) => {
      const tensors = new Map(list);
      const path = join(dir, `${n++}.safetensors`);
      const shapes = new Map(list.map(([key, { shape }]) => [key, shape]));
      await writeSafetensors(path, { shapes, read: (key) => tensors.get(key)!.data });
      const file = await openSafetensors(path);
      try {
        assert.deepEqual(file.metadata, { format: 'pt' });
        assert.deepEqual(new Set(file.entries.keys()), new Set(tensors.keys()));
        for (const [key, { shape, data }] of tensors) {
          assert.deepEqual(file.entries.get(key)!.shape, shape);
          assert.deepEqual(new Uint32Array((await file.read(key)).buffer), bits(data));
        }
      } finally {
        await file.close();
      }
    }),
    { numRuns: 60 },
  );
});
const bits = (data: Float32Array) => new Uint32Array(data.slice().buffer);

test('the bytes are those of the reference implementation', async (t) => {
  const path = join(await temporary(t), 'x.safetensors');
  const shapes = new Map([
    ['b', [2]],
    ['a', []],
    ['B', [1, 0]],
  ]);
  const values: Record<string, number[]> = { b: [1, 2], a: [-1], B: [] };
  await writeSafetensors(path, { shapes, read: (name) => Float32Array.from(values[name]) });
  // safetensors 0.8 in Python: save_file({...}, path, {'format': 'pt'}).
  const header =
    '{"__metadata__":{"format":"pt"},"B":{"dtype":"F32","shape":[1,0],"data_offsets":[0,0]},' +
    '"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}';
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
  const expected = Buffer.concat([
    Buffer.from([padded.length, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from(padded),
    Buffer.from([0, 0, 0x80, 0xbf, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]),
  ]);
  assert.deepEqual(await readFile(path), expected);
});

/** A file with this header text, `data` behind it. */
async function file(dir: string, header: string, data: Uint8Array = Buffer.alloc(0), claimed?: bigint) {
  const path = join(dir, 'model.safetensors');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimed ?? BigInt(Buffer.byteLength(header)));
  await writeFile(path, Buffer.concat([length, Buffer.from(header), data]));
  return path;
}

test('half precision decodes to the exact values', async (t) => {
  const halves: [number, number][] = [
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ];
  const brains: [number, number][] = [
    [0x3f80, 1],
    [0xc049, -3.140625],
    [0x0001, 2 ** -133],
    [0xff80, Number.NEGATIVE_INFINITY],
    [0x7fc0, Number.NaN],
  ];
  const codes = Uint16Array.from([...halves, ...brains], ([code]) => code);
  const n = halves.length * 2;
  const m = brains.length * 2;
  const header = JSON.stringify({
    h: { dtype: 'F16', shape: [halves.length], data_offsets: [0, n] },
    b: { dtype: 'BF16', shape: [brains.length], data_offsets: [n, n + m] },
  });
  const opened = await openSafetensors(await file(await temporary(t), header, new Uint8Array(codes.buffer)));
  t.after(() => opened.close());
  assert.deepEqual(
    [...(await opened.read('h'))],
    halves.map(([, value]) => value),
  );
  assert.deepEqual(
    [...(await opened.read('b'))],
    brains.map(([, value]) => value),
  );
});

test('tensors of other types may lie in the file but cannot be read', async (t) => {
  const header = '{"ids":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}';
  const opened = await openSafetensors(await file(await temporary(t), header, Buffer.alloc(8)));
  t.after(() => opened.close());
  assert.match(await messageOf(opened.read('ids')), /UserError: .*tensor "ids" is I64/);
  assert.match(await messageOf(opened.read('no')), /UserError: model.safetensors has no tensor "no"/);
});

const entry = (fields: object) =>
  JSON.stringify({ w: { dtype: 'F32', shape: [1], data_offsets: [0, 4], ...fields } });

/** header, bytes of data, what the message says */
const malformed: [string, number, RegExp][] = [
  ['[]', 0, /does not begin with "\{"/],
  [' {}', 0, /does not begin with "\{"/],
  ['{"w":', 0, /not JSON/],
  [`{"w":${'['.repeat(100_000)}`, 0, /not JSON/],
  [`{"w":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 0, /not described by an object/],
  ['{"__metadata__":{"a":1}}', 0, /strings to strings/],
  ['{"__metadata__":[]}', 0, /strings to strings/],
  ['{"w":1}', 4, /not described by an object/],
  [entry({ dtype: 'F4' }), 4, /unknown dtype "F4"/],
  [entry({ dtype: 'toString' }), 4, /unknown dtype/],
  [entry({ dtype: undefined }), 4, /unknown dtype nothing/],
  [entry({ extra: 1 }), 4, /unknown field "extra"/],
  [entry({ shape: [-1] }), 4, /shape/],
  [entry({ shape: [0.5] }), 4, /shape/],
  [entry({ shape: '1' }), 4, /shape/],
  [entry({ shape: Array(17).fill(1) }), 4, /shape/],
  [entry({ shape: [2 ** 32, 2 ** 32] }), 4, /does not fill/],
  [entry({ shape: [2 ** 52, 2 ** 52, 0], data_offsets: [0, 0] }), 0, /does not fill/],
  [entry({ shape: [2] }), 4, /does not fill its 4 bytes/],
  [entry({ data_offsets: [4, 0] }), 4, /offsets/],
  [entry({ data_offsets: [0, 4, 8] }), 4, /offsets/],
  [entry({ data_offsets: [-4, 0] }), 4, /offsets/],
  [entry({ data_offsets: [0, 1e300] }), 4, /offsets/],
  [entry({ data_offsets: [4, 8] }), 8, /bytes 0 to 4, before "w"/],
  [entry({}), 8, /4 bytes behind the last tensor/],
  [entry({}), 3, /take 4 bytes, the file has 3/],
  [
    '{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[3],"data_offsets":[2,5]}}',
    5,
    /"b" starts at byte 2, inside/,
  ],
  [`{"w":${entry({}).slice(5, -1)},"\\u0077":${entry({}).slice(5, -1)}}`, 4, /key "w" twice/],
  ['{"__metadata__":{"a":"{","a" :"}"}}', 0, /key "a" twice/],
];

test('every malformed header is refused by a sentence that says what is wrong', async (t) => {
  const dir = await temporary(t);
  for (const [header, dataBytes, expected] of malformed) {
    const message = await messageOf(openSafetensors(await file(dir, header, Buffer.alloc(dataBytes))));
    assert.match(message, expected, header.slice(0, 200));
    assert.match(message, /^UserError: model.safetensors is not a safetensors file: /);
    assert.ok(message.length < 400, 'a hostile header must not fill the message');
  }
});

test('a key that stands in two different objects is no duplicate', () => {
  const header = '{"__metadata__":{"w":"\\"w\\":"},"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}';
  assert.deepEqual([...parseHeader(Buffer.from(header), 0, 'f').entries.keys()], ['w']);
});

test('a header length beyond the file or the limit is refused before it is allocated', async (t) => {
  const dir = await temporary(t);
  for (const claimed of [3n, 100_000_000n, 100_000_001n, 2n ** 60n, 2n ** 64n - 1n]) {
    assert.match(
      await messageOf(openSafetensors(await file(dir, '{}', Buffer.alloc(0), claimed))),
      /UserError: .*claims a header of/,
    );
  }
  const path = join(dir, 'short.safetensors');
  await writeFile(path, Buffer.alloc(7));
  assert.match(await messageOf(openSafetensors(path)), /it has 7 bytes/);
  assert.match(await messageOf(openSafetensors(join(dir, 'none'))), /UserError: none is missing/);
});

test('no mutation of a good header does anything but parse or fail by UserError', () => {
  const good = Buffer.from(
    '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]}}',
  );
  const edit = fc.record({
    at: fc.nat(good.length - 1),
    remove: fc.nat(4),
    insert: fc.string({ maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      let bytes = good;
      for (const { at, remove, insert } of edits) {
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(insert), bytes.subarray(at + remove)]);
      }
      try {
        const { entries } = parseHeader(bytes, 32, 'f');
        for (const { begin, end } of entries.values()) assert.ok(begin >= 0 && begin <= end && end <= 32);
      } catch (error) {
        assert.ok(error instanceof UserError, String(error));
      }
    }),
    { numRuns: 3000 },
  );
});
