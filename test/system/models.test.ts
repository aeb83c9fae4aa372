import assert from 'node:assert/strict';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { env, pipeline } from '@huggingface/transformers';
import tar from 'tar-stream';
import { openEncoder } from '#workers/encoder/encode.ts';
import { startLaboratory, type TestLaboratory } from '../laboratory.ts';

const golden = join(import.meta.dirname, '../golden/encoder');

/** Pretrained models come in, are used, and go out as folders that come in again as the same. */
describe('model folders over GraphQL', () => {
  let lab: TestLaboratory;
  const mutation = 'mutation ($input: ImportModelInput!) { importModel(input: $input) { id } }';
  const fields = 'ref digest architecture dimension details archive files { path digest url }';

  async function imported(input: object) {
    const launched = await lab.get(mutation, { input });
    const ended = await lab.finish(launched.importModel.id);
    assert.equal(ended.status, 'SUCCEEDED', JSON.stringify(ended.error));
    const { run } = await lab.get(
      `query ($id: ID!) { run(id: $id) { ... on ImportRun { model { ${fields} } } } }`,
      { id: launched.importModel.id },
    );
    return run.model;
  }
  async function refused(input: object, code: string, pattern: RegExp) {
    const { errors } = await lab.ask(mutation, { input: { name: 'refused', ...input } });
    assert.equal(errors?.[0].extensions.code, code, JSON.stringify(errors));
    assert.match(errors[0].message, pattern);
  }

  before(async () => {
    lab = await startLaboratory({ env: { HF_ENDPOINT: 'http://127.0.0.1:9' } });
    const folder = join(lab.home, 'import');
    await mkdir(folder, { recursive: true });
    for (const name of ['bert', 'xlm-roberta', 'masked-lm', 'model2vec'])
      await cp(join(golden, name), join(folder, name), { recursive: true });
    await cp(join(golden, 'legacy'), join(folder, 'linked'), { recursive: true });
    await symlink(join(golden, 'legacy/config.json'), join(folder, 'linked/special_tokens_map.json'));
  });
  after(() => lab.stop());

  test('a folder becomes a model with a name, and a second import of it the same run', async () => {
    const model = await imported({ name: 'tiny', path: 'xlm-roberta' });
    assert.deepEqual([model.ref, model.architecture, model.dimension], ['tiny@1', 'BERT', 12]);
    assert.deepEqual(model.details.prompts, { query: 'sea: ', passage: 'sky: ' });
    assert.equal(model.details.family, 'xlm-roberta');
    const again = await imported({ name: 'tiny', path: 'xlm-roberta' });
    assert.equal(again.digest, model.digest);
    const plain = await imported({ name: 'plain', path: 'masked-lm', pooling: 'CLS', normalize: true });
    assert.deepEqual([plain.details.pooling, plain.details.normalize], ['CLS', true]);
    assert.equal((await imported({ name: 'table', path: 'model2vec' })).architecture, 'STATIC');
  });

  test('the archive of a model, imported, is the same model; its derived files are not part of it', async () => {
    const first = await imported({ name: 'bert', path: 'bert' });
    const derived = first.files.filter(({ digest }: { digest: string | null }) => digest === null);
    assert.deepEqual(
      derived.map(({ path }: { path: string }) => path),
      ['README.md', 'onnx/model.onnx', 'onnx/model_quantized.onnx'],
    );
    const bytes = Buffer.from(await (await fetch(lab.url + first.archive)).arrayBuffer());
    const sizes = new Map<string, number>();
    const extract = tar.extract();
    extract.end(bytes);
    for await (const entry of extract) {
      sizes.set(entry.header.name, entry.header.size!);
      entry.resume();
    }
    assert.deepEqual(
      [...sizes.keys()].sort(),
      first.files.map(({ path }: { path: string }) => `${first.digest}/${path}`).sort(),
    );
    for (const { path, url } of first.files) {
      const response = await fetch(lab.url + url);
      assert.equal(response.status, 200, path);
      const { byteLength } = await response.arrayBuffer();
      if (path !== 'README.md') assert.equal(byteLength, sizes.get(`${first.digest}/${path}`), path);
    }
    for (const pack of [(b: Buffer) => b, gzipSync]) {
      const artifact = await lab.upload(pack(bytes));
      const second = await imported({ name: 'bert-again', artifact });
      assert.equal(second.digest, first.digest);
      assert.equal(second.ref, 'bert@1');
    }
    const { model } = await lab.get('{ model(ref: "bert-again") { digest } }');
    assert.equal(model.digest, first.digest);
  });

  test('transformers.js opens it where it is served', async () => {
    const { model } = await lab.get('{ model(ref: "bert") { digest } }');
    Object.assign(env, { remoteHost: `${lab.url}/`, remotePathTemplate: 'models/{model}' });
    Object.assign(env, { allowLocalModels: false, cacheDir: join(lab.home, 'transformers.js') });
    const extract = await pipeline('feature-extraction', model.digest, { dtype: 'fp32' });
    const texts = ['the salt sea is wide', '바다는 넓다'];
    const { data } = await extract(texts, { pooling: 'mean', normalize: true });
    await extract.dispose();
    const encoder = await openEncoder(join(golden, 'bert'), { threads: 1 });
    const ours = await encoder.encode(texts, 'text');
    await encoder.close();
    ours.forEach((x, i) => {
      assert.ok(Math.abs(x - Number(data[i])) < 1e-5);
    });
  });

  test('paths that are no files of the model are not found', async () => {
    const { model } = await lab.get('{ model(ref: "tiny") { digest } }');
    const { model: table } = await lab.get('{ model(ref: "table") { digest } }');
    for (const [path, status] of [
      [`${model.digest}/../../secrets`, 404],
      [`${model.digest}/..%2f..%2fsecrets`, 404],
      [`${model.digest}/onnx/other.onnx`, 404],
      [`${table.digest}/onnx/model.onnx`, 404],
      [`${'0'.repeat(64)}.tar`, 404],
      ['tiny.tar', 400],
    ])
      assert.equal((await fetch(`${lab.url}/models/${path}`)).status, status, String(path));
  });

  test('what cannot be imported is refused with one sentence, or the run says it', async () => {
    await refused({ path: 'bert', hub: { id: 'a/b' } }, 'BAD_USER_INPUT', /exactly one of path, artifact/);
    await refused({}, 'BAD_USER_INPUT', /exactly one of path, artifact/);
    await refused(
      { path: '../artifacts' },
      'BAD_USER_INPUT',
      /not a folder in a folder that imports may read/,
    );
    await refused({ path: 'linked' }, 'BAD_USER_INPUT', /special_tokens_map.json is a symbolic link/);
    await refused({ hub: { id: '../secrets' } }, 'BAD_USER_INPUT', /not a model id such as/);
    await refused({ hub: { id: 'a/b' } }, 'UNAVAILABLE', /cannot be reached from this machine/);
    const launched = await lab.get(mutation, {
      input: { name: 'none', artifact: await lab.upload('no archive') },
    });
    const { status, error } = await lab.finish(launched.importModel.id);
    assert.deepEqual([status, error!.code], ['FAILED', 'BAD_USER_INPUT']);
    assert.match(error!.message, /no archive that imports read/);
    assert.equal((await lab.get('{ model(ref: "none") { ref } }')).model, null);
  });
});
