import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { writeCorpus } from '../../sample/corpus.ts';
import { startLaboratory, type TestLaboratory } from '../laboratory.ts';

/** What becomes of runs when people cancel them and machines kill their processes. */
describe('runs', () => {
  let lab: TestLaboratory;
  let sql: pg.Client;

  const launch = async (name: string, over: object = {}) =>
    (
      await lab.get('mutation ($input: LaunchTrainingInput!) { launchTraining(input: $input) { id } }', {
        input: {
          name,
          init: { static: { tokenizer: 'words', dimension: 32 } },
          composition: {
            components: [{ corpus: 'everyday', queryLang: 'ko', positiveLang: 'en', share: 1 }],
          },
          steps: 100_000,
          batchSize: 64,
          checkpointEvery: 20,
          ...over,
        },
      })
    ).launchTraining.id as string;
  const state = async (id: string) =>
    (
      await lab.get(
        `query ($id: ID!) { run(id: $id) { status progress { done } error { code message } attempts { number outcome worker } outputs { role digest } log { nodes { message } } } }`,
        { id },
      )
    ).run;
  async function until(id: string, what: (run: Awaited<ReturnType<typeof state>>) => boolean, ms = 60_000) {
    for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) {
      const run = await state(id);
      if (what(run)) return run;
    }
    throw new Error(`waited in vain: ${JSON.stringify(await state(id))}`);
  }
  const uuidOf = (id: string) => Buffer.from(id, 'base64').toString().split(':')[1];
  const terminalEvents = async (id: string) =>
    (
      await sql.query(
        `SELECT payload->>'status' AS status FROM run_event WHERE run_id = $1 AND type = 'STATUS'
         AND payload->>'status' IN ('SUCCEEDED', 'FAILED', 'CANCELLED') ORDER BY seq`,
        [uuidOf(id)],
      )
    ).rows.map((row) => row.status);
  /** The child that runs a job: the one whose command line names the run's scratch folder. */
  async function childOf(id: string): Promise<number> {
    const { execFileSync } = await import('node:child_process');
    const lines = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
    const line = lines.find((text) => text.includes('child.ts') && text.includes(uuidOf(id)));
    return Number(line?.trim().split(' ')[0]);
  }

  before(async () => {
    lab = await startLaboratory();
    sql = new pg.Client({ connectionString: lab.database.url });
    await sql.connect();
    await mkdir(join(lab.home, 'import'), { recursive: true });
    const file = join(lab.home, 'import', 'corpus.jsonl');
    await writeCorpus(file);
    const artifact = await lab.upload(await readFile(file));
    for (const [mutation, type, input] of [
      ['importCorpus', 'ImportCorpusInput', { name: 'everyday', artifact }],
      ['trainTokenizer', 'TrainTokenizerInput', { name: 'words', corpora: ['everyday'], vocabSize: 2048 }],
    ] as const) {
      const { run } = await lab.get(
        `mutation ($input: ${type}!) { run: ${mutation}(input: $input) { id } }`,
        { input },
      );
      assert.equal((await lab.finish(run.id)).status, 'SUCCEEDED');
    }
  });
  after(async () => {
    await sql.end();
    await lab.stop();
  });

  test('a running training is cancelled within 5 s, says CANCELLED once, and goes on from there on retry', async () => {
    const id = await launch('endless');
    await until(id, (run) => run.progress?.done > 40);
    const asked = Date.now();
    await lab.get('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id });
    const cancelled = await until(id, (run) => run.status === 'CANCELLED');
    assert.ok(Date.now() - asked < 5000, `${Date.now() - asked} ms`);
    assert.deepEqual(
      cancelled.attempts.map((a: { outcome: string }) => a.outcome),
      ['CANCELLED'],
    );
    assert.deepEqual(await terminalEvents(id), ['CANCELLED']);
    assert.equal(await childOf(id), Number.NaN);

    await lab.get('mutation ($id: ID!) { retryRun(id: $id) { status } }', { id });
    const again = await until(id, (run) => run.status === 'RUNNING' && run.log.nodes.length > 0);
    assert.match(again.log.nodes[0].message, /step \d+/);
    await lab.get('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id });
    await until(id, (run) => run.status === 'CANCELLED');
  });

  test('a queued run is cancelled at once; an ended one stays as it is', async () => {
    const busy = await launch('busy');
    const waiting = await launch('waiting', { seed: 1 });
    const { cancelRun } = await lab.get('mutation ($id: ID!) { cancelRun(id: $id) { status } }', {
      id: waiting,
    });
    assert.equal(cancelRun.status, 'CANCELLED');
    await lab.get('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id: busy });
    await until(busy, (run) => run.status === 'CANCELLED');
    await lab.get('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id: busy });
    assert.deepEqual(await terminalEvents(busy), ['CANCELLED']);
    assert.deepEqual(await terminalEvents(waiting), ['CANCELLED']);
    assert.equal((await state(waiting)).attempts.length, 0);
  });

  test('a child that is killed is replaced, and the model has the bytes of an undisturbed run', async () => {
    const settings = { steps: 6000, seed: 5 };
    const calm = await launch('calm', settings);
    assert.equal((await lab.finish(calm)).status, 'SUCCEEDED');
    const { reproduceRun } = await lab.get('mutation ($id: ID!) { reproduceRun(id: $id) { id } }', {
      id: calm,
    });
    const disturbed: string = reproduceRun.id;
    for (const step of [300, 2500]) {
      await until(disturbed, (run) => run.progress?.done > step || run.status === 'SUCCEEDED');
      const pid = await childOf(disturbed);
      if (pid) process.kill(pid, 'SIGKILL');
    }
    const ended = await until(disturbed, (run) => ['SUCCEEDED', 'FAILED'].includes(run.status));
    assert.equal(ended.status, 'SUCCEEDED');
    assert.ok(ended.attempts.some((a: { outcome: string }) => a.outcome === 'LOST'));
    assert.deepEqual(ended.outputs, (await state(calm)).outputs);
    assert.deepEqual(await terminalEvents(disturbed), ['SUCCEEDED']);
  });

  test('a child that dies every time is given up after three attempts, in words', async () => {
    const id = await launch('doomed', { seed: 6 });
    const killed = new Set<number>();
    const ended = await (async () => {
      for (;;) {
        const run = await state(id);
        if (run.status === 'FAILED') return run;
        const pid = await childOf(id);
        if (pid && !killed.has(pid)) {
          killed.add(pid);
          process.kill(pid, 'SIGKILL');
        }
        await sleep(50);
      }
    })();
    assert.equal(ended.error.code, 'UNAVAILABLE');
    assert.match(ended.error.message, /died 3 times/);
    assert.equal(killed.size, 3);
    assert.deepEqual(await terminalEvents(id), ['FAILED']);
  });

  test('a worker that is killed loses its lease; the next one takes over from the checkpoint', async () => {
    const id = await launch('orphan', { steps: 2000, seed: 7 });
    await until(id, (run) => run.progress?.done > 60);
    const worker = lab.processes.worker!;
    const gone = once(worker, 'exit');
    worker.kill('SIGKILL');
    await gone;
    await sleep(500);
    assert.equal(await childOf(id), Number.NaN, 'its child went with it');
    await lab.startWorker();
    const ended = await until(id, (run) => ['SUCCEEDED', 'FAILED'].includes(run.status));
    assert.equal(ended.status, 'SUCCEEDED', JSON.stringify(ended.error));
    assert.deepEqual(
      ended.attempts.map((a: { outcome: string }) => a.outcome),
      ['LOST', 'SUCCEEDED'],
    );
    assert.match(ended.log.nodes[0].message, /step \d+/);
    assert.deepEqual(await terminalEvents(id), ['SUCCEEDED']);
  });

  test('a worker that is stopped gives its run back, and nobody waits for a lease', async () => {
    const id = await launch('handed-over', { steps: 3000, seed: 8 });
    await until(id, (run) => run.progress?.done > 60);
    const worker = lab.processes.worker!;
    const gone = once(worker, 'exit');
    const asked = Date.now();
    worker.kill('SIGTERM');
    await gone;
    assert.ok(Date.now() - asked < 5000, `${Date.now() - asked} ms`);
    assert.equal((await state(id)).status, 'QUEUED');
    await lab.startWorker();
    const ended = await until(id, (run) => ['SUCCEEDED', 'FAILED'].includes(run.status));
    assert.equal(ended.status, 'SUCCEEDED', JSON.stringify(ended.error));
    assert.deepEqual(
      ended.attempts.map((a: { outcome: string }) => a.outcome),
      ['CANCELLED', 'SUCCEEDED'],
    );
  });

  test('a paused worker writes nothing once another has taken over', async () => {
    const id = await launch('zombie', { steps: 20_000, seed: 9 });
    await until(id, (run) => run.progress?.done > 60);
    const zombie = lab.processes.worker!;
    zombie.kill('SIGSTOP');
    process.kill(await childOf(id), 'SIGSTOP');
    await lab.startWorker();
    await until(id, (run) => run.attempts.length === 2 && run.status === 'RUNNING');
    zombie.kill('SIGCONT');
    await sleep(4000);
    const run = await state(id);
    assert.equal(run.status, 'RUNNING');
    assert.deepEqual(
      run.attempts.map((a: { outcome: string }) => a.outcome),
      ['LOST', 'RUNNING'],
    );
    const { rows } = await sql.query('SELECT attempt FROM run_event WHERE run_id = $1 ORDER BY seq', [
      uuidOf(id),
    ]);
    const attempts = rows.map((row) => row.attempt);
    assert.deepEqual(
      attempts,
      attempts.toSorted((a, b) => a - b),
      'no event of the first attempt after the second began',
    );
    await lab.get('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id });
    await until(id, (r) => r.status === 'CANCELLED');
    const gone = once(zombie, 'exit');
    zombie.kill('SIGKILL');
    await gone;
  });

  test('a name is given once: taken, about to be taken, new version', async () => {
    const conflict = async (name: string, over: object) => {
      const { errors } = await lab.ask(
        'mutation ($input: LaunchTrainingInput!) { launchTraining(input: $input) { id } }',
        {
          input: {
            name,
            init: { static: { tokenizer: 'words', dimension: 32 } },
            composition: {
              components: [{ corpus: 'everyday', queryLang: 'ko', positiveLang: 'en', share: 1 }],
            },
            steps: 10,
            ...over,
          },
        },
      );
      return errors?.[0];
    };
    const taken = await conflict('calm', { seed: 99 });
    assert.equal(taken?.extensions.code, 'CONFLICT');
    assert.match(taken!.message, /a model named "calm" exists \(version 1\)/);
    const running = await launch('reserved', { seed: 10 });
    const soon = await conflict('reserved', { seed: 11 });
    assert.equal(soon?.extensions.code, 'CONFLICT');
    assert.match(soon!.message, /is about to make a model named "reserved"/);
    await lab.get('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id: running });
    await until(running, (run) => run.status === 'CANCELLED');

    const second = await launch('calm', { steps: 10, seed: 12, onExisting: 'NEW_VERSION' });
    assert.equal((await lab.finish(second)).status, 'SUCCEEDED');
    const { first, latest, models } = await lab.get(
      '{ first: model(ref: "calm@1") { digest } latest: model(ref: "calm") { digest ref } models(name: "calm") { totalCount } }',
    );
    assert.equal(latest.ref, 'calm@2');
    assert.notEqual(first.digest, latest.digest);
    assert.equal(models.totalCount, 2);
  });

  test('an alias moves and its history stays', async () => {
    const move = (model: string) =>
      lab.get('mutation ($m: String!) { setAlias(model: $m, alias: "best") { ref } }', { m: model });
    await move('calm@1');
    await move('calm@2');
    await move('calm@2');
    const { model } = await lab.get(
      '{ model(ref: "calm@best") { ref aliases { ref history { from to } } } first: model(ref: "calm@1") { digest } }',
    );
    assert.equal(model.ref, 'calm@2');
    assert.equal(model.aliases[0].ref, 'calm@best');
    assert.deepEqual(
      model.aliases[0].history.map((h: { from: string | null }) => h.from === null),
      [true, false],
    );
  });

  test('tags and notes', async () => {
    const { model } = await lab.get('{ model(ref: "calm@1") { id } }');
    await lab.get(
      'mutation ($n: ID!) { tag(node: $n, add: ["good", "paper"]) annotate(node: $n, text: "the one for the table") { text } }',
      { n: model.id },
    );
    const { tag } = await lab.get('mutation ($n: ID!) { tag(node: $n, add: ["kept"], remove: ["good"]) }', {
      n: model.id,
    });
    assert.deepEqual(tag, ['kept', 'paper']);
    const { model: read } = await lab.get('{ model(ref: "calm@1") { tags notes { text } } }');
    assert.deepEqual(read, { tags: ['kept', 'paper'], notes: [{ text: 'the one for the table' }] });
  });

  test('lists: filters, order, pages, counts; the metric table is not read', async () => {
    const { all } = await lab.get('{ all: runs { totalCount } }');
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const {
        runs,
      }: { runs: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } } =
        await lab.get(
          'query ($after: String) { runs(first: 3, after: $after, orderBy: OLDEST) { nodes { id } pageInfo { hasNextPage endCursor } } }',
          { after },
        );
      seen.push(...runs.nodes.map((n) => n.id));
      after = runs.pageInfo.hasNextPage ? runs.pageInfo.endCursor : null;
    } while (after);
    assert.equal(seen.length, all.totalCount);
    assert.equal(new Set(seen).size, seen.length);
    const { runs } = await lab.get(
      '{ runs(filter: { kind: [IMPORT], status: [SUCCEEDED] }) { totalCount nodes { kind name } } }',
    );
    assert.deepEqual(runs, { totalCount: 1, nodes: [{ kind: 'IMPORT', name: 'everyday' }] });
  });
});
