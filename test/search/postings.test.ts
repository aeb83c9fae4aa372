import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openPostings, readPostings } from '#src/lexical/postings.ts';

type Posting = [text: number, frequency: number, length: number];

function written(list: Posting[]) {
  const postings = openPostings();
  for (const posting of list) postings.add(...posting);
  assert.equal(postings.texts, list.length);
  return postings.bytes();
}
function read(bytes: Uint8Array) {
  const list: Posting[] = [];
  readPostings(bytes, (...posting) => list.push(posting));
  return list;
}

test('what is written is read', () => {
  const numbers = fc.tuple(fc.nat(2 ** 31 - 1), fc.nat(2 ** 31 - 1), fc.nat(2 ** 31 - 1));
  fc.assert(
    fc.property(fc.uniqueArray(numbers, { selector: ([text]) => text }), (list) => {
      list.sort(([x], [y]) => x - y);
      assert.deepEqual(read(written(list)), list);
    }),
  );
});

test('bytes are those of LEB128: distance, frequency, length', () => {
  assert.deepEqual(
    [
      ...written([
        [5, 1, 127],
        [305, 2, 128],
      ]),
    ],
    [5, 1, 127, 0xac, 2, 2, 0x80, 1],
  );
});
