import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { jsonlBatches, linesOfFile } from '#src/corpora/lines.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isogloss-lines-'));
});
after(() => rm(folder, { recursive: true }));

const linesOf = async (text: string) => {
  const path = join(folder, 'file');
  await writeFile(path, text);
  return Array.fromAsync(linesOfFile(path));
};

test('only \\n ends a line', async () => {
  assert.deepEqual(await linesOf('a\u2028b\u2029c\rd\u0085e\nf\n'), ['a\u2028b\u2029c\rd\u0085e', 'f']);
  assert.deepEqual(await linesOf('a\n\nb'), ['a', '', 'b']);
  assert.deepEqual(await linesOf(''), []);
});

test('lines and characters across chunk boundaries stay whole', async () => {
  const long = ['가'.repeat(700_000), '나'.repeat(10), '다'.repeat(1_500_000)];
  assert.deepEqual(await linesOf(long.join('\n')), long);
});

test('batches are full but the last', async () => {
  const path = join(folder, 'jsonl');
  await writeFile(path, [1, 2, 3, 4, 5].map((n) => `{"n":${n}}\n`).join(''));
  assert.deepEqual(
    (await Array.fromAsync(jsonlBatches<{ n: number }>(path, 2))).map((batch) => batch.map(({ n }) => n)),
    [[1, 2], [3, 4], [5]],
  );
});
