import assert from 'node:assert/strict';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkpoints } from '#workers/train/checkpoint.ts';
import { temporary } from '../encoder/tiny.ts';

const at = (step: number) => ({ step, measured: 0, best: null });
const state = (value: number) =>
  new Map([
    ['weights', new Float32Array(1000).fill(value)],
    ['m', Float32Array.from([value, -value, 1e-30])],
  ]);

test('the newest comes back, and only the last two are kept', async (t) => {
  const saved = checkpoints(await temporary(t), 'recipe');
  for (const step of [5, 10, 15]) await saved.save(at(step), state(step));
  const into = state(0);
  assert.deepEqual(await saved.restore(into, assert.fail), at(15));
  assert.deepEqual(into, state(15));
});

test('nothing was saved', async (t) => {
  assert.equal(await checkpoints(await temporary(t), 'recipe').restore(state(0), assert.fail), null);
});

const damages: [string, (path: string) => Promise<void>][] = [
  [
    'a flipped bit',
    async (path) => {
      const bytes = await readFile(path);
      bytes[bytes.length >> 1] ^= 1;
      await writeFile(path, bytes);
    },
  ],
  ['a cut file', (path) => truncate(path, 700)],
  ['an empty file', (path) => truncate(path, 0)],
];
for (const [what, damage] of damages)
  test(`${what} is noticed and the one before is used`, async (t) => {
    const dir = await temporary(t);
    const saved = checkpoints(dir, 'recipe');
    await saved.save(at(5), state(5));
    await saved.save(at(10), state(10));
    const newest = (await readdir(dir)).sort().at(-1)!;
    await damage(join(dir, newest));
    const into = state(0);
    const reported: string[] = [];
    assert.deepEqual(await saved.restore(into, (file) => reported.push(file)), at(5));
    assert.deepEqual(into, state(5));
    assert.deepEqual(reported, ['checkpoint-000000010.bin']);
  });

test('a checkpoint of another recipe or another model is none', async (t) => {
  const dir = await temporary(t);
  await checkpoints(dir, 'recipe').save(at(5), state(5));
  const reported: string[] = [];
  const restore = (fingerprint: string, into: Map<string, Float32Array>) =>
    checkpoints(dir, fingerprint).restore(into, (file) => reported.push(file));
  assert.equal(await restore('other', state(0)), null);
  assert.equal(await restore('recipe', new Map([['weights', new Float32Array(1000)]])), null);
  assert.equal(reported.length, 2);
});

test('a file that was being written when the process died is passed over', async (t) => {
  const dir = await temporary(t);
  const saved = checkpoints(dir, 'recipe');
  await saved.save(at(5), state(5));
  await writeFile(join(dir, 'checkpoint-000000010.bin.part'), 'half');
  assert.deepEqual(await saved.restore(state(0), assert.fail), at(5));
});

test('a checkpoint remembers the best model, which lies beside it', async (t) => {
  const saved = checkpoints(await temporary(t), 'recipe');
  const best = { step: 5, value: 0.25 };
  await saved.saveBest(best, state(5));
  await saved.save({ step: 10, measured: 9, best }, state(10));
  const into = state(0);
  assert.deepEqual(await saved.restore(into, assert.fail), { step: 10, measured: 9, best });
  assert.deepEqual(into, state(10));
  await saved.restoreBest(best, into);
  assert.deepEqual(into, state(5));
  await assert.rejects(saved.restoreBest({ step: 6, value: 1 }, into), /not the model of step 6/);
});

test('a checkpoint whose best model is lost or older is passed over, and nothing of it is read', async (t) => {
  const dir = await temporary(t);
  const saved = checkpoints(dir, 'recipe');
  await saved.save({ step: 3, measured: 0, best: null }, state(3));
  await saved.save({ step: 10, measured: 9, best: { step: 8, value: 1 } }, state(10));
  const into = state(0);
  const reported: string[] = [];
  const restore = () => saved.restore(into, (file) => reported.push(file));
  assert.equal((await restore())?.step, 3);
  await saved.saveBest({ step: 7, value: 0.5 }, state(7));
  assert.equal((await restore())?.step, 3);
  assert.deepEqual(into, state(3));
  assert.equal(reported.length, 2);
  // A later one may have been written after the checkpoint: the run comes to that step again.
  await saved.saveBest({ step: 12, value: 2 }, state(12));
  assert.equal((await restore())?.step, 10);
});
