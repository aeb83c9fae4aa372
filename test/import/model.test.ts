/** Model folders and archives of them through the import room; the folders are those of test/golden/encoder. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import tar from 'tar-stream';
import { treeDigest } from '#src/artifacts/tree.ts';
import { modelSources } from '#src/models/source-files.ts';
import { sha256 } from '#src/recipes/canonical.ts';
import { kinds } from '#src/recipes/kinds.ts';
import { readModel, writeModel } from '#workers/encoder/folder.ts';
import { run } from '#workers/import/main.ts';
import { inFolder, refusal } from './start.ts';

const golden = join(import.meta.dirname, '../golden/encoder');

interface Imported {
  meta: Record<string, unknown>;
  /** path -> SHA-256 */
  files: Record<string, string>;
}

/** Imports what `prepare` has put at the path that it returns. */
const importing = (prepare: (folder: string) => Promise<string>, params: object = {}): Promise<Imported> =>
  inFolder(async (folder) => {
    const path = await prepare(folder);
    const out = join(folder, 'out');
    await mkdir(out);
    const digest = await modelSources(path).then(
      (files) => treeDigest(path, { files }),
      async () => sha256(await readFile(path).catch(() => 'refused')),
    );
    const outputs: Record<string, unknown>[] = [];
    await run(
      {
        ...{ run: 'run', attempt: 1, kind: 'IMPORT', threads: 1, scratch: folder, out },
        params: kinds.IMPORT.parse({ target: 'MODEL', ...params }),
        inputs: [{ role: 'source', digest, path }],
      },
      {
        progress: () => {},
        metrics: () => assert.fail('an import has no metrics'),
        log: () => {},
        output: (role, name, meta) => outputs.push({ role, name, ...meta }),
        signal: new AbortController().signal,
      },
    );
    assert.equal(outputs.length, 1);
    const { role, name, ...meta } = outputs[0];
    assert.deepEqual([role, name], ['model', 'model']);
    await readModel(join(out, 'model'));
    return { meta, files: filesOf(join(out, 'model')) };
  });

function filesOf(dir: string) {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((f) => f.isFile());
  const paths = entries.map((f) => join(f.parentPath, f.name).slice(dir.length + 1)).sort();
  return Object.fromEntries(paths.map((path) => [path, sha256(readFileSync(join(dir, path)))]));
}

const folderOf =
  (name: string, change: (dir: string) => unknown = () => {}) =>
  async (folder: string) => {
    const path = join(folder, 'source');
    await cp(join(golden, name), path, { recursive: true });
    change(path);
    return path;
  };

type TarEntry = Parameters<ReturnType<typeof tar.pack>['entry']>[0] & { content?: Buffer };
async function tarOf(entries: TarEntry[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { content = Buffer.alloc(0), ...header } of entries) pack.entry(header, content);
  pack.finalize();
  const parts: Buffer[] = [];
  for await (const part of pack) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
const entriesOf = (name: string, prefix = ''): TarEntry[] =>
  Object.keys(filesOf(join(golden, name))).map((path) => ({
    name: prefix + path,
    content: readFileSync(join(golden, name, path)),
  }));

/** The least that is a zip file: local headers, a central directory, its end. */
function zipOf(entries: { name: string; content: Buffer; mode?: number; claims?: number }[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const { name, content, mode = 0o100644, claims = content.length } of entries) {
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claims, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    centrals.push(
      Buffer.concat([
        Buffer.from('PK\x01\x02', 'latin1'),
        Buffer.from([20, 3]),
        common,
        rest,
        Buffer.from(name),
      ]),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

const archive = (bytes: () => Promise<Buffer> | Buffer) => async (folder: string) => {
  const path = join(folder, 'a'.repeat(64));
  await writeFile(path, await bytes());
  return path;
};

for (const name of ['bert', 'xlm-roberta', 'dense', 'masked-lm', 'legacy', 'static', 'model2vec'])
  test(`${name}: from a folder, from archives, and from what the import wrote: the same model in the same bytes`, async () => {
    const { files, meta } = await importing(folderOf(name));
    assert.ok(files['model.safetensors'] && files['modules.json'] && files['tokenizer.json']);
    const zipped = entriesOf(name, 'm/') as { name: string; content: Buffer }[];
    for (const packed of [
      archive(() => tarOf(entriesOf(name))),
      archive(async () =>
        gzipSync(await tarOf([{ name: 'm/', type: 'directory' }, ...entriesOf(name, './m/')])),
      ),
      archive(() => zipOf([...zipped, { name: 'm/README.md', content: Buffer.from('# m') }])),
    ])
      assert.deepEqual(await importing(packed), { files, meta });
    const again = await importing(async (folder) => {
      const path = join(folder, 'source');
      const { config, tensors, tokenizerPath } = await readModel(join(golden, name));
      await writeModel(path, { config, tensors, tokenizerPath });
      return path;
    });
    assert.deepEqual(again, { files, meta });
  });

test('what a plain folder does not say is told by the import', async () => {
  const told = { pooling: 'CLS', normalize: true, prompts: { query: 'q: ' } };
  const { meta } = await importing(folderOf('masked-lm'), told);
  assert.deepEqual([meta.pooling, meta.normalize, meta.prompts], ['CLS', true, { query: 'q: ' }]);
  assert.match(await refusal(importing(folderOf('bert'), told)), /pooling: modules.json says mean/);
});

const edit = (file: string, change: (json: Record<string, unknown>) => unknown) => (dir: string) =>
  writeFileSync(join(dir, file), JSON.stringify(change(JSON.parse(readFileSync(join(dir, file), 'utf8')))));

/** A header with one tensor changed; the data stays. */
const header = (change: (json: Record<string, { shape: number[] }>) => void) => (dir: string) => {
  const file = join(dir, 'model.safetensors');
  const bytes = readFileSync(file);
  const length = Number(bytes.readBigUInt64LE());
  const json = JSON.parse(bytes.toString('utf8', 8, 8 + length));
  change(json);
  const text = Buffer.from(JSON.stringify(json));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file, Buffer.concat([prefix, text, bytes.subarray(8 + length)]));
};
const query = 'encoder.layer.0.attention.self.query.weight';

const badFolders: [string, string, (dir: string) => unknown, RegExp][] = [
  [
    'weights as pickle only',
    'legacy',
    (dir) => renameSync(join(dir, 'model.safetensors'), join(dir, 'pytorch_model.bin')),
    /the weights are in pytorch_model.bin alone/,
  ],
  [
    'a missing tensor',
    'bert',
    header((json) => {
      json.other = json[query];
      delete json[query];
    }),
    /model.safetensors: tensor "encoder.layer.0.attention.self.query.weight" is missing/,
  ],
  [
    'a wrong shape',
    'bert',
    header((json) => {
      json[query].shape = [6, 24];
    }),
    /model.safetensors: tensor "encoder.layer.0.attention.self.query.weight" is \[6,24\], the model's configuration says \[12,12\]/,
  ],
  [
    'a header of 2^60 bytes',
    'bert',
    (dir) => {
      const bytes = readFileSync(join(dir, 'model.safetensors'));
      bytes.writeBigUInt64LE(2n ** 60n);
      writeFileSync(join(dir, 'model.safetensors'), bytes);
    },
    /model.safetensors is not a safetensors file: it claims a header of 1152921504606846976 bytes/,
  ],
  [
    'not a number among the weights',
    'bert',
    (dir) => {
      const bytes = readFileSync(join(dir, 'model.safetensors'));
      const start = 8 + Number(bytes.readBigUInt64LE());
      bytes.fill(0xff, start, start + 4);
      writeFileSync(join(dir, 'model.safetensors'), bytes);
    },
    /tensor "embeddings.LayerNorm.bias" holds NaN at position 0/,
  ],
  [
    'an unknown architecture',
    'bert',
    edit('config.json', (json) => ({ ...json, model_type: 'modernbert' })),
    /config.json: model_type: is none of the architectures that Isogloss knows: bert, roberta, xlm-roberta/,
  ],
  [
    'relative positions',
    'bert',
    edit('config.json', (json) => ({ ...json, position_embedding_type: 'relative_key' })),
    /config.json: position_embedding_type/,
  ],
  [
    'another activation',
    'bert',
    edit('config.json', (json) => ({ ...json, hidden_act: 'gelu_new' })),
    /config.json: hidden_act/,
  ],
  [
    'a vocabulary larger than the table',
    'xlm-roberta',
    edit('tokenizer.json', (json) => ({
      ...json,
      added_tokens: [{ id: 999, content: 'x', normalized: false }],
    })),
    /tokenizer.json has ids up to 999, model.safetensors has \d+ rows/,
  ],
  [
    'a shard outside the folder',
    'masked-lm',
    edit('model.safetensors.index.json', (json) => ({
      ...json,
      weight_map: { 'roberta.embeddings.word_embeddings.weight': '../../secret.safetensors' },
    })),
    /model.safetensors.index.json: .* is not the name of a .safetensors file beside the index/,
  ],
  [
    'a module outside the folder',
    'bert',
    edit('modules.json', (json) =>
      (json as never as object[]).map((m, i) => (i === 1 ? { ...m, path: '../x' } : m)),
    ),
    /modules.json: 1.path: is not the name of a folder inside the model folder/,
  ],
  [
    'a link in the folder',
    'bert',
    (dir) => {
      rmSync(join(dir, 'config.json'));
      symlinkSync('/etc/passwd', join(dir, 'config.json'));
    },
    /config.json is a symbolic link; put the file itself there/,
  ],
];
describe('bad folders', () => {
  for (const [what, name, change, pattern] of badFolders)
    test(`${what} is refused, by name, and nothing is handed over`, async () => {
      assert.match(await refusal(importing(folderOf(name, change))), pattern);
    });
});

const zeros = Buffer.alloc(100 * 2 ** 20);
const badArchives: [string, () => Promise<Buffer> | Buffer, RegExp][] = [
  ['bytes that are no archive', () => Buffer.from('PK? no'.repeat(100)), /no archive that imports read/],
  ['a way out, in tar', () => tarOf([{ name: '../config.json', content: Buffer.from('{}') }]), /leads out/],
  [
    'a way out, in zip',
    () => zipOf([{ name: '../config.json', content: Buffer.from('{}') }]),
    /archive .*\.\./,
  ],
  ['an absolute path', () => tarOf([{ name: '/etc/config.json', content: Buffer.from('{}') }]), /leads out/],
  [
    'a link, in tar',
    () => tarOf([{ name: 'config.json', type: 'symlink', linkname: '/etc/passwd' }]),
    /the link "config.json"/,
  ],
  [
    'a hard link',
    () => tarOf([{ name: 'config.json', type: 'link', linkname: '/etc/passwd' }]),
    /the link "config.json"/,
  ],
  [
    'a link, in zip',
    () => zipOf([{ name: 'config.json', content: Buffer.from('/etc/passwd'), mode: 0o120777 }]),
    /the link "config.json"/,
  ],
  [
    'a path twice',
    () => tarOf([1, 2].map(() => ({ name: 'config.json', content: Buffer.from('{}') }))),
    /holds "config.json" twice/,
  ],
  [
    'a bomb, in tar.gz',
    async () => gzipSync(await tarOf([{ name: 'a.bin', content: zeros }])),
    /more than 200 times its size/,
  ],
  [
    'a bomb, in zip',
    () => zipOf([{ name: 'm.safetensors', content: zeros }]),
    /more than 200 times its size/,
  ],
  [
    'a zip that lies about sizes',
    () => zipOf([{ name: 'config.json', content: zeros, claims: 10 }]),
    /cannot be read/,
  ],
  [
    'a torn zip',
    () => zipOf([{ name: 'config.json', content: Buffer.from('{}') }]).subarray(0, 60),
    /cannot be read/,
  ],
  ['a torn tar.gz', async () => gzipSync(await tarOf(entriesOf('bert'))).subarray(0, 3000), /cannot be read/],
  [
    'no model',
    () => tarOf([{ name: 'a.txt', content: Buffer.from('a') }]),
    /holds no file of a model folder/,
  ],
];
describe('bad archives', () => {
  for (const [what, bytes, pattern] of badArchives)
    test(`${what}: refused whole`, async () => {
      assert.match(await refusal(importing(archive(bytes))), pattern);
    });
});

describe('a hub', () => {
  const commit = '0123456789abcdef0123456789abcdef01234567';
  const hub = { id: 'team/bert', commit };
  const fromHub = (endpoint: string) => {
    process.env.HF_ENDPOINT = endpoint;
    return importing(async (folder) => folder, { hub }).finally(() => delete process.env.HF_ENDPOINT);
  };

  test('gives the files of one commit, and the same model as the folder', async (t) => {
    const files = filesOf(join(golden, 'bert'));
    const server = createServer((request, response) => {
      const path = request.url!.replace(`/team/bert/resolve/${commit}/`, '');
      if (request.url === `/api/models/team/bert/revision/${commit}`)
        response.end(
          JSON.stringify({
            sha: commit,
            siblings: ['pytorch_model.bin', ...Object.keys(files)].map((rfilename) => ({ rfilename })),
          }),
        );
      else if (files[path]) response.end(readFileSync(join(golden, 'bert', path)));
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await new Promise((listening) => server.on('listening', listening));
    const { port } = server.address() as { port: number };
    const { files: made, meta } = await fromHub(`http://127.0.0.1:${port}`);
    assert.deepEqual(made, (await importing(folderOf('bert'))).files);
    assert.deepEqual(meta.hub, hub);
  });

  test('that cannot be reached is one sentence with a way out', async () => {
    assert.match(
      await refusal(fromHub('http://127.0.0.1:9')),
      /^UNAVAILABLE: the hub http:\/\/127.0.0.1:9 cannot be reached from this machine; copy the model's folder here/,
    );
  });
});
