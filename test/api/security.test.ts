import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { startLaboratory, type TestLaboratory } from '../laboratory.ts';

interface Raw {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** node:http and not fetch: fetch sets Host and forbids what attackers do not. */
function send(
  url: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array } = {},
) {
  return new Promise<Raw>((resolve, reject) => {
    const call = request(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    call.on('error', reject);
    call.end(body);
  });
}

const json = { 'content-type': 'application/json' };
const codeOf = (raw: Raw) => JSON.parse(raw.body).errors[0].extensions.code;

/** 'open', or the status the upgrade was refused with. */
function upgrade(url: string, headers: Record<string, string>) {
  return new Promise<string>((resolve) => {
    const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
    socket.on('open', () => {
      resolve('open');
      socket.close();
    });
    socket.on('error', (error) => resolve(error.message));
  });
}

describe('an open laboratory on loopback', () => {
  let lab: TestLaboratory;
  const post = (body: string | Uint8Array, headers: Record<string, string> = json) =>
    send(`${lab.url}/graphql`, { method: 'POST', headers, body });
  before(async () => {
    lab = await startLaboratory({ worker: false });
  });
  after(() => lab.stop());

  test('another Host is refused on every method and path (DNS rebinding)', async () => {
    for (const path of ['/', '/graphql', '/healthz', '/artifacts', '/assets/page.js'])
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        const raw = await send(`${lab.url}${path}`, { method, headers: { ...json, host: 'evil.test:4000' } });
        assert.equal(raw.status, 403, `${method} ${path}`);
        assert.equal(codeOf(raw), 'FORBIDDEN');
      }
  });

  test('a page of another origin is refused, and so is the null origin', async () => {
    const { host } = new URL(lab.url);
    for (const origin of [
      'https://evil.test',
      'null',
      `http://${host}.evil.test`,
      'http://localhost:1',
      'file://',
    ]) {
      const raw = await post('{"query":"{ __typename }"}', { ...json, origin });
      assert.equal(raw.status, 403, origin);
      assert.equal(raw.headers['access-control-allow-origin'], undefined);
    }
    assert.equal(
      (await post('{"query":"{ __typename }"}', { ...json, origin: `http://${host}` })).status,
      200,
    );
  });

  test('WebSocket upgrades are under the same checks', async () => {
    const url = `${lab.url}/graphql`;
    assert.equal(await upgrade(url, {}), 'open');
    assert.equal(await upgrade(url, { origin: 'https://evil.test' }), 'Unexpected server response: 403');
    assert.equal(await upgrade(url, { host: 'evil.test' }), 'Unexpected server response: 403');
    assert.equal(await upgrade(`${lab.url}/elsewhere`, {}), 'Unexpected server response: 403');
  });

  test('only JSON in UTF-8 by POST is taken', async () => {
    const query = '{"query":"mutation { cancelRun(id: \\"x\\") { id } }"}';
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      assert.equal((await post(query, { 'content-type': type })).status, 415, type);
    assert.equal((await post(query, { 'content-type': 'application/json; charset=utf-7' })).status, 415);
    const get = await send(`${lab.url}/graphql?query=%7B__typename%7D`);
    assert.equal(get.status, 405);
    assert.equal(get.headers.allow, 'POST');
  });

  test('broken UTF-8, broken JSON, batches and bodies without a query are one clear error', async () => {
    for (const [body, message] of [
      [
        Uint8Array.from([
          ...Buffer.from('{"query":"{ model(ref: \\"'),
          0xff,
          ...Buffer.from('\\") { ref } }"}'),
        ]),
        /UTF-8/,
      ],
      ['{"query":', /not JSON/],
      ['[{"query":"{ __typename }"}]', /one operation per request/],
      ['"x"', /must be an object/],
      ['{}', /no "query"/],
      ['{"query":7}', /no "query"/],
      ['{"query":"{ __typename }","variables":[1]}', /"variables" must be an object/],
    ] as const) {
      const raw = await post(body);
      assert.equal(raw.status, 400);
      assert.equal(JSON.parse(raw.body).errors.length, 1);
      assert.match(JSON.parse(raw.body).errors[0].message, message);
      assert.equal(codeOf(raw), 'BAD_USER_INPUT');
    }
  });

  test('a body beyond the limit is refused', async () => {
    const raw = await post(
      JSON.stringify({ query: '{ __typename }', variables: { x: 'x'.repeat(2 << 20) } }),
    );
    assert.equal(raw.status, 413);
    assert.equal(codeOf(raw), 'LIMIT_EXCEEDED');
  });

  test('NUL, lone surrogates and numbers beyond Infinity never reach a resolver', async () => {
    for (const [query, variables, path] of [
      ['{ model(ref: "a\\u0000b") { ref } }', {}, 'line 1 of the query'],
      ['query ($r: String!) { model(ref: $r) { ref } }', { r: '\ud800' }, 'r'],
      [
        'query ($i: SearchInput!) { search(input: $i) { mode } }',
        { i: { embeddingSet: 'x', text: '\0' } },
        'i.text',
      ],
      ['{ search(input: { embeddingSet: "x", vector: [1e400] }) { mode } }', {}, 'line 1 of the query'],
    ] as const) {
      const { errors } = await lab.ask(query, variables);
      assert.equal(errors![0].extensions.code, 'BAD_USER_INPUT');
      assert.equal(errors![0].extensions.issues![0].path, path);
    }
  });

  test('__proto__ in variables pollutes nothing', async () => {
    await post(
      '{"query":"query($i: SearchInput!){ search(input: $i) { mode } }","variables":{"i":{"__proto__":{"polluted":1},"embeddingSet":"x"}}}',
    );
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });

  test('limits answer with LIMIT_EXCEEDED before anything runs', async () => {
    const bomb = `{ runs { nodes { ...f0 } } } ${Array.from({ length: 18 }, (_, i) => `fragment f${i} on Run { inputs { entity { producedBy { ...f${i + 1} ...f${i + 1} } } } }`).join(' ')} fragment f18 on Run { id }`;
    for (const query of [
      `{ ${Array.from({ length: 101 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
      bomb,
      '{ runs(first: 100) { nodes { inputs { entity { producedBy { inputs { entity { producedBy { inputs { role } } } } } } } } } }',
      `{ ${'__typename @include(if: true) '.repeat(40)} }`,
    ]) {
      const raw = await post(JSON.stringify({ query }));
      assert.equal(raw.status, 400);
      assert.equal(codeOf(raw), 'LIMIT_EXCEEDED');
      assert.ok(raw.body.length < 2000);
    }
  });

  test('an invalid query gets few errors and no suggestions', async () => {
    const { errors } = await lab.ask(`{ ${Array.from({ length: 200 }, (_, i) => `x${i}`).join(' ')} }`);
    assert.ok(errors!.length <= 6, String(errors!.length));
    const typo = await lab.ask('{ modells { nodes { ref } } }');
    assert.equal(typo.errors![0].message, 'Cannot query field "modells" on type "Query".');
  });

  test('introspection works, and its circle is bounded', async () => {
    const { data } = await lab.ask<{ __schema: { queryType: { name: string } } }>(
      '{ __schema { queryType { name } } }',
    );
    assert.equal(data!.__schema.queryType.name, 'Query');
    const circle = `{ __schema { types { ${'fields { type { '.repeat(10)} name ${'} } '.repeat(10)} } } }`;
    assert.equal((await lab.ask(circle)).errors![0].extensions.code, 'LIMIT_EXCEEDED');
  });

  test('sizes that are no sizes', async () => {
    for (const first of [0, -1, 101, 1_000_000]) {
      const { errors } = await lab.ask('query ($n: Int) { models(first: $n) { nodes { ref } } }', {
        n: first,
      });
      assert.match(errors![0].message, /ask for 1 to 100|limit is/);
    }
    for (const first of ['2147483648', '"x"', '1.5'])
      assert.ok((await lab.ask(`{ models(first: ${first}) { nodes { ref } } }`)).errors, first);
    for (const cursor of ['x', 'W10=', '{}'])
      assert.match(
        (await lab.ask('query ($c: String) { models(after: $c) { nodes { ref } } }', { c: cursor }))
          .errors![0].message,
        /is not a cursor/,
      );
  });

  test('strings are literal wherever they go', async () => {
    for (const ref of [
      "x' OR 1=1 --",
      'x"; DROP TABLE run; --',
      '$1',
      '%',
      '_',
      "')::text IS NOT NULL OR pg_sleep(1)--",
    ])
      assert.deepEqual(
        await lab.get('query ($r: String!) { model(ref: $r) { ref } models(name: $r) { totalCount } }', {
          r: ref,
        }),
        {
          model: null,
          models: { totalCount: 0 },
        },
      );
  });

  test('what goes wrong inside is masked and carries an id', async () => {
    await lab.database.stop();
    const { errors } = await lab.ask('{ models { totalCount } }');
    assert.equal(errors![0].extensions.code, 'UNAVAILABLE');
    assert.doesNotMatch(JSON.stringify(errors), /SELECT|node_modules|\.ts|\/tmp/);
    assert.equal((await send(`${lab.url}/readyz`)).status, 503);
    assert.equal((await send(`${lab.url}/healthz`)).status, 200);
  });

  test('headers: nosniff, no frames, no powered-by; the page runs our scripts alone', async () => {
    const raw = await send(`${lab.url}/`);
    assert.equal(raw.headers['x-content-type-options'], 'nosniff');
    assert.equal(raw.headers['x-frame-options'], 'DENY');
    assert.equal(raw.headers['x-powered-by'], undefined);
    assert.match(String(raw.headers['content-security-policy']), /script-src 'self';/);
    assert.doesNotMatch(raw.body, /https?:\/\//);
  });
});

describe('a laboratory with a token', () => {
  const token = 'a-token-of-enough-length';
  let lab: TestLaboratory;
  before(async () => {
    lab = await startLaboratory({ worker: false, env: { ISOGLOSS_TOKEN: token } });
  });
  after(() => lab.stop());

  test('nothing is read or changed without it', async () => {
    for (const [path, method] of [
      ['/graphql', 'POST'],
      ['/artifacts', 'PUT'],
      [`/artifacts/${'0'.repeat(64)}`, 'GET'],
      ['/metrics', 'GET'],
    ])
      for (const authorization of [undefined, 'Bearer wrong', token, `Basic ${token}`, `Bearer ${token}x`]) {
        const raw = await send(`${lab.url}${path}`, {
          method,
          headers: { ...json, ...(authorization && { authorization }) },
          body: method === 'POST' ? '{"query":"{ __typename }"}' : undefined,
        });
        assert.equal(raw.status, 401, `${method} ${path} ${authorization}`);
        assert.equal(codeOf(raw), 'UNAUTHENTICATED');
      }
    assert.deepEqual(await lab.get('{ __typename }'), { __typename: 'Query' });
  });

  test('health and the page are open', async () => {
    for (const path of ['/healthz', '/readyz', '/', '/assets/page.js'])
      assert.equal((await send(`${lab.url}${path}`)).status, 200);
  });

  test('a socket without the token is closed before any operation', async () => {
    const answer = (payload: object) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(`${lab.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
        socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
        socket.on('message', (data) => {
          resolve(JSON.parse(String(data)).type);
          socket.close();
        });
        socket.on('close', (code) => resolve(String(code)));
      });
    assert.equal(await answer({}), '4403');
    assert.equal(await answer({ authorization: 'Bearer wrong' }), '4403');
    assert.equal(await answer({ authorization: `Bearer ${token}` }), 'connection_ack');
  });
});
