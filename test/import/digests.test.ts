import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestTable } from '#workers/import/digests.ts';

test('the table answers as a Map does, while it grows', () => {
  const table = digestTable();
  const map = new Map<string, number>();
  for (let line = 1; line <= 200_000; line++) {
    const text = `text ${(line * 7919) % 150_000}`;
    assert.equal(table.add(text, line), map.get(text) ?? null);
    if (!map.has(text)) map.set(text, line);
  }
  assert.equal(table.size(), map.size);
  for (const [text, line] of map) assert.equal(table.add(text, 1), line);
});
