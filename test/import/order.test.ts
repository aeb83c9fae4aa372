import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { byCodePoint } from '#workers/import/order.ts';

test('code-point order is the order of UTF-8 bytes', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'é', '가', '\uffff', '\ue000', '😀', '𐀀'),
    maxLength: 4,
  });
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(Math.sign(byCodePoint(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 2000 },
  );
});
