import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { readConfig } from '#src/config.ts';

test('an empty environment gives the documented defaults', () => {
  const { home, port, host, databaseUrl, sample, token, importFolders, concurrency } = readConfig({});
  assert.deepEqual(
    { home, port, host, databaseUrl, sample, token, importFolders, concurrency },
    {
      home: resolve('.isogloss'),
      port: 4000,
      host: '127.0.0.1',
      databaseUrl: undefined,
      sample: true,
      token: undefined,
      importFolders: [resolve('.isogloss/import')],
      concurrency: 1,
    },
  );
});

test('a variable that is set to nothing counts as absent', () => {
  assert.equal(readConfig({ PORT: '', ISOGLOSS_TOKEN: '' }).port, 4000);
});

for (const [name, value, message] of [
  ['PORT', '70000', 'PORT "70000" is not between 0 and 65535'],
  ['PORT', '4e3', 'PORT "4e3" is not a whole number'],
  ['PORT', '-1', 'PORT "-1" is not a whole number'],
  ['HOST', 'a b', 'HOST "a b" is not a host name or an IP address'],
  ['ISOGLOSS_SAMPLE', 'no', 'ISOGLOSS_SAMPLE "no" is neither "on" nor "off"'],
  ['ISOGLOSS_TOKEN', 'short', 'ISOGLOSS_TOKEN is shorter than 16 characters'],
  ['DATABASE_URL', 'mysql://x:secret@y/z', 'DATABASE_URL is not a postgresql:// connection string'],
  ['ISOGLOSS_DEVICE', 'cuda', 'ISOGLOSS_DEVICE "cuda" is none of cpu, webgpu'],
  ['ISOGLOSS_CONCURRENCY', '0', 'ISOGLOSS_CONCURRENCY "0" is not between 1 and 64'],
] as const)
  test(`${name}=${value} is named in one line, without secrets`, () => {
    assert.throws(() => readConfig({ [name]: value }), { message });
  });

test('beyond loopback a token is required', () => {
  assert.throws(() => readConfig({ HOST: '0.0.0.0' }), /ISOGLOSS_TOKEN must be set/);
  assert.equal(readConfig({ HOST: '0.0.0.0', ISOGLOSS_TOKEN: 'x'.repeat(16) }).host, '0.0.0.0');
  for (const host of ['localhost', '127.0.0.53', '::1'])
    assert.equal(readConfig({ HOST: host }).token, undefined);
});
