import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { treeDigest } from '#src/artifacts/tree.ts';
import { benchmarkLayout, filesOfLayout } from '#src/benchmarks/layout.ts';
import { sha256 } from '#src/recipes/canonical.ts';
import { badInput, inFolder } from './start.ts';

const write = async (folder: string, path: string, content: string) => {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), content);
};

test('the digest is that of the sorted list of paths and digests', () =>
  inFolder(async (folder) => {
    await write(folder, 'b.txt', 'two');
    await write(folder, 'a/c.txt', 'one');
    await write(folder, 'other', 'does not count');
    const list = `[{"path":"a/c.txt","sha256":"${sha256('one')}"},{"path":"b.txt","sha256":"${sha256('two')}"}]`;
    assert.equal(await treeDigest(folder, { files: ['b.txt', 'a/c.txt'] }), sha256(list));
    await write(folder, 'b.txt', 'three');
    assert.notEqual(await treeDigest(folder, { files: ['b.txt', 'a/c.txt'] }), sha256(list));
  }));

test('files that are missing, outside or no files are refused', { skip: process.platform === 'win32' }, () =>
  inFolder(async (parent) => {
    const folder = join(parent, 'inside');
    await write(parent, 'outside.txt', 'secret');
    await write(folder, 'sub/file.txt', 'text');
    await symlink('../outside.txt', join(folder, 'link.txt'));
    await symlink('sub', join(folder, 'linked'));
    for (const path of ['absent.txt', 'link.txt', 'linked/file.txt'])
      assert.equal(
        await badInput(treeDigest(folder, { files: [path] })),
        `${path} is missing or behind a symbolic link; put the file itself there`,
      );
    assert.equal(
      await badInput(treeDigest(folder, { files: ['../outside.txt'] })),
      '../outside.txt lies outside the folder',
    );
    assert.equal(await badInput(treeDigest(folder, { files: ['sub'] })), 'sub is not a regular file');
  }),
);

test('the files of a layout are those that its split needs, and no others', () =>
  inFolder(async (folder) => {
    for (const path of ['corpus.jsonl', 'queries.jsonl.gz', 'qrels/test.tsv', 'qrels/dev.tsv', 'README'])
      await write(folder, `en-ko/${path}`, '');
    await write(folder, 'README', '');
    assert.deepEqual(filesOfLayout(await benchmarkLayout(folder, 'dev')), [
      'en-ko/corpus.jsonl',
      'en-ko/queries.jsonl.gz',
      'en-ko/qrels/dev.tsv',
    ]);
  }));
