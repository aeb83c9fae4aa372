import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** GraphiQL asks for inline styles; scripts come from our own files alone. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The examples that open as tabs: `examples/<nn>-<name>.graphql`, variables beside them as JSON, in name order. */
function tabs() {
  const folder = join(root, 'examples');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => ({
      query: readFileSync(join(folder, name), 'utf8'),
      variables: readIfThere(join(folder, name.replace(/\.graphql$/, '.json'))),
    }));
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The page and its files, read once: they are few and never change while the server runs. */
export function pageRoutes(app: FastifyInstance) {
  const require = createRequire(import.meta.url);
  const packaged = (name: string, file: string) =>
    readFileSync(join(dirname(require.resolve(`${name}/package.json`)), file));
  const own = (file: string) => readFileSync(join(root, 'web', file));
  const script = 'text/javascript; charset=utf-8';
  const assets: Record<string, [type: string, content: Buffer | string]> = {
    'react.js': [script, packaged('react', 'umd/react.production.min.js')],
    'react-dom.js': [script, packaged('react-dom', 'umd/react-dom.production.min.js')],
    'graphiql.js': [script, packaged('graphiql', 'graphiql.min.js')],
    'graphiql.css': ['text/css; charset=utf-8', packaged('graphiql', 'graphiql.min.css')],
    'graphql-ws.js': [
      script,
      readFileSync(join(dirname(require.resolve('graphql-ws')), '..', 'umd', 'graphql-ws.js')),
    ],
    'page.js': [script, own('page.js')],
    'page.css': ['text/css; charset=utf-8', own('page.css')],
    'icon.svg': ['image/svg+xml', own('icon.svg')],
    'tabs.json': ['application/json; charset=utf-8', JSON.stringify(tabs())],
  };
  const page = own('index.html');

  app.get('/', (_request, reply) =>
    reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .send(page),
  );
  app.get<{ Params: { name: string } }>('/assets/:name', (request, reply) => {
    const asset = Object.hasOwn(assets, request.params.name) ? assets[request.params.name] : null;
    if (!asset) return reply.callNotFound();
    return reply.header('content-type', asset[0]).header('cache-control', 'max-age=3600').send(asset[1]);
  });
}
