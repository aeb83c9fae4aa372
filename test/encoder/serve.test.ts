import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { EncodeReply, EncodeRequest } from '#src/embeddings/encoder.ts';
import { type Encoder, openEncoder } from '#workers/encoder/encode.ts';
import { writeModel } from '#workers/encoder/folder.ts';
import { keepLoaded } from '#workers/encoder/loaded.ts';
import { bertConfig, makeModel, staticConfig, temporary, wordPiece, writeTokenizer } from './tiny.ts';

function start(t: TestContext): ChildProcess {
  const child = fork(fileURLToPath(import.meta.resolve('#workers/encoder/serve.ts')), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

/** Sends all requests at once; the replies by id. */
async function ask(child: ChildProcess, requests: EncodeRequest[]): Promise<Map<number, EncodeReply>> {
  const replies = new Map<number, EncodeReply>();
  const all = new Promise<void>((resolve) => {
    child.on('message', (reply: EncodeReply) => {
      replies.set(reply.id, reply);
      if (replies.size === requests.length) resolve();
    });
  });
  for (const request of requests) child.send(request);
  await all;
  return replies;
}

test('the process answers every request with what the encoder gives, and ends with its parent', async (t) => {
  const dir = await temporary(t);
  const tokenizerPath = await writeTokenizer(dir, wordPiece);
  await writeModel(join(dir, 's'), makeModel(staticConfig(), tokenizerPath));
  await writeModel(join(dir, 'b'), makeModel(bertConfig(), tokenizerPath));
  await writeModel(
    join(dir, 'nan'),
    makeModel(staticConfig(), tokenizerPath, () => Number.NaN),
  );
  await writeModel(join(dir, 'broken'), makeModel(staticConfig(), tokenizerPath));
  await writeFile(join(dir, 'broken/modules.json'), '[]');

  const texts = ['the salty sea', '바다'];
  const request = (id: number, model: string, as: EncodeRequest['as'] = 'query') => ({
    ...{ id, modelDir: join(dir, model), digest: model, texts, as },
  });
  const child = start(t);
  const replies = await ask(child, [
    request(1, 's'),
    request(2, 'b'),
    request(3, 'broken'),
    request(4, 'nan'),
    request(5, 'none'),
    request(6, 'b', 'passage'),
    { ...request(7, 's'), texts: [] },
  ]);
  for (const [id, model, as] of [
    [1, 's', 'query'],
    [2, 'b', 'query'],
    [6, 'b', 'passage'],
  ] as const) {
    const encoder = await openEncoder(join(dir, model), { threads: 1 });
    t.after(() => encoder.close());
    const vectors = await encoder.encode(texts, as);
    assert.deepEqual(replies.get(id), { id, dimension: encoder.dimension, vectors });
  }
  const messages = [3, 4, 5].map((id) => replies.get(id) as Extract<EncodeReply, { error: object }>);
  for (const { error } of messages) {
    assert.equal(error.code, 'BAD_USER_INPUT');
    assert.ok(!error.message.includes(dir));
  }
  assert.match(messages[0].error.message, /modules.json/);
  assert.match(messages[1].error.message, /not finite/);
  assert.match(messages[2].error.message, /this is no model folder/);
  assert.deepEqual(replies.get(7), { id: 7, dimension: 4, vectors: new Float32Array() });

  child.disconnect();
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('a defect is logged, and the client sees none of it', async (t) => {
  const dir = await temporary(t);
  await writeModel(join(dir, 's'), makeModel(staticConfig(), await writeTokenizer(dir, wordPiece)));
  const child = start(t);
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  const wrong = { id: 1, modelDir: join(dir, 's'), digest: 's', texts: null, as: 'query' };
  const replies = await ask(child, [wrong as never]);
  assert.deepEqual(replies.get(1), {
    id: 1,
    error: { code: 'INTERNAL', message: 'the encoder failed; its log says why' },
  });
  child.disconnect();
  await once(child.stderr!, 'end');
  assert.match(log, /TypeError/);
});

test('models stay loaded until their bytes are too many; the least recently used goes first', async () => {
  const events: string[] = [];
  const open = async (name: string): Promise<Encoder> => {
    events.push(`open ${name}`);
    return {
      dimension: 1,
      bytes: Number(name.slice(1)),
      encode: async () => new Float32Array(),
      close: async () => void events.push(`close ${name}`),
    };
  };
  const get = keepLoaded(open, 100);
  for (const name of ['a40', 'b40', 'a40', 'c40', 'a40', 'b40', 'd150', 'a40']) await get(name, name);
  assert.deepEqual(events, [
    ...['open a40', 'open b40', 'open c40', 'close b40', 'open b40', 'close c40'],
    ...['open d150', 'close a40', 'close b40', 'open a40', 'close d150'],
  ]);
});
