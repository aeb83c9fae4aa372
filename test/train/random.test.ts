import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hash, permutation, stream } from '#workers/train/random.ts';

test('a hash of words is MurmurHash3 x86 32 of their little-endian bytes', () => {
  // Seed 0x9747b28c: "aaaa" and "abcd" from the reference implementation's own verification vectors.
  assert.equal(hash(0x61616161), 0x5a97808a);
  assert.equal(hash(0x64636261), 0xf0478627);
});

test('streams of one key agree, streams of others do not', () => {
  const draw = (...key: number[]) => {
    const { uniform } = stream(...key);
    return Array.from({ length: 8 }, uniform);
  };
  assert.deepEqual(draw(1, 2), draw(1, 2));
  for (const other of [[1, 3], [2, 2], [1], [1, 2, 0]]) assert.notDeepEqual(draw(1, 2), draw(...other));
});

test('uniform and normal numbers have the moments of their distributions', () => {
  const { uniform, normal } = stream(7);
  const n = 200_000;
  const moments = (draw: () => number) => {
    const x = Float64Array.from({ length: n }, draw);
    const mean = x.reduce((a, b) => a + b, 0) / n;
    return [mean, x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n];
  };
  // Four standard errors.
  const close = (a: number, b: number, sd: number) => assert.ok(Math.abs(a - b) < (4 * sd) / Math.sqrt(n));
  const [um, uv] = moments(uniform);
  close(um, 0.5, Math.sqrt(1 / 12));
  close(uv, 1 / 12, Math.sqrt(1 / 180));
  const [nm, nv] = moments(normal);
  close(nm, 0, 1);
  close(nv, 1, Math.SQRT2);
});

test('a permutation holds every number once', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(), (n, seed) => {
      const sorted = [...permutation(n, stream(seed))].sort((a, b) => a - b);
      assert.deepEqual(
        sorted,
        Array.from({ length: n }, (_, i) => i),
      );
    }),
  );
});

test('every order of three is as likely', () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 12_000; seed++) {
    const order = permutation(3, stream(seed)).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  for (const [order, count] of counts)
    assert.ok(Math.abs(count - 2000) < 4 * Math.sqrt(2000 * (5 / 6)), order);
});
