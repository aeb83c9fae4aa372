import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { lockFolder } from '#src/database/embedded/lock.ts';

const locker = fileURLToPath(new URL('./locker.ts', import.meta.url));

interface Outcome {
  child: ChildProcess;
  won: boolean;
  message?: string;
}

describe('the lock of a data folder', () => {
  let root: string;
  let children: ChildProcess[];
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'isogloss-lock-'));
    children = await Promise.all(Array.from({ length: 20 }, start));
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await rm(root, { recursive: true, force: true });
  });

  async function start() {
    const child = fork(locker, { execArgv: ['--disable-warning=ExperimentalWarning'] });
    await once(child, 'message');
    return child;
  }

  async function race(folder: string, among = children): Promise<Outcome[]> {
    const outcomes = among.map(async (child) => {
      const [outcome] = await once(child, 'message');
      return { child, ...outcome };
    });
    for (const child of among) child.send(folder);
    return Promise.all(outcomes);
  }

  const winners = (outcomes: Outcome[]) => outcomes.filter(({ won }) => won).map(({ child }) => child);

  test('goes to exactly one of twenty that want it at the same moment', async () => {
    for (let round = 0; round < 15; round++) {
      const outcomes = await race(join(root, `round-${round}`));
      const [winner, ...others] = winners(outcomes);
      assert.ok(winner);
      assert.deepEqual(others, []);
      const again = await race(
        join(root, `round-${round}`),
        children.filter((child) => child !== winner),
      );
      assert.deepEqual(winners(again), []);
      for (const { message } of again) {
        assert.equal(
          message,
          `${join(root, `round-${round}`)} is in use by process ${winner.pid}: stop that first, or set another folder`,
        );
      }
    }
  });

  test('is free again when its owner is killed, for exactly one', async () => {
    const folder = join(root, 'killed');
    for (let round = 0; round < 3; round++) {
      const [owner, ...none] = winners(await race(folder));
      assert.ok(owner);
      assert.deepEqual(none, []);
      owner.kill('SIGKILL');
      await once(owner, 'exit');
      children = children.filter((child) => child !== owner);
    }
  });

  test('does not mistake a stale note of a living process for the owner', async () => {
    const folder = join(root, 'recycled');
    lockFolder(folder).release();
    await writeFile(join(folder, 'lock.pid'), String(process.pid)); // as if the pid had been given to us since
    const lock = lockFolder(folder);
    assert.throws(() => lockFolder(folder), { name: 'UserError', code: 'CONFLICT' });
    lock.release();
    lockFolder(folder).release();
  });
});
