import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sha256 } from '#src/recipes/canonical.ts';
import { openWriter } from '#workers/import/writer.ts';
import { inFolder } from './start.ts';

test('committed lines of any length are written whole, staged ones are not', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'lines');
    const writer = openWriter(path);
    let expected = '';
    for (const length of [0, 1, 300_000, 349_525, 349_526, 5, 1_200_000, 40_000, ...Array(40).fill(30_000)]) {
      const [head, rest] = ['a'.repeat(length / 10), '가'.repeat(length)];
      writer.stage('never', 'committed');
      assert.equal(Buffer.from(writer.stage(head, rest)).toString(), rest);
      writer.commit();
      expected += `${head}${rest}\n`;
    }
    const bytes = Buffer.from(expected);
    assert.deepEqual(writer.finish(), { digest: sha256(bytes), bytes: bytes.length });
    writer.close();
    assert.ok(readFileSync(path).equals(bytes));
  }));
