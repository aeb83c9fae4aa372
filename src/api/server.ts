import { ApolloServer, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import Fastify, { type FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { guard } from '#src/access/guard.ts';
import { artifactRoutes } from '#src/artifacts/routes.ts';
import { benchmarkRoutes } from '#src/benchmarks/routes.ts';
import type { Config } from '#src/config.ts';
import { UserError } from '#src/errors.ts';
import { modelRoutes } from '#src/models/routes.ts';
import { runRoutes } from '#src/runs/routes.ts';
import { studyRoutes } from '#src/studies/routes.ts';
import { sweepRoutes } from '#src/sweeps/routes.ts';
import type { Context } from './context.ts';
import { present } from './errors.ts';
import { healthRoutes } from './health.ts';
import { pageRoutes } from './landing.ts';
import { admit, type Request } from './limits.ts';
import { subscriptions } from './subscriptions.ts';

/** Largest GraphQL request body; corpora travel as artifacts. */
const bodyLimit = 1 << 20;

export async function startServer(schema: GraphQLSchema, context: Context, log: Logger) {
  const { config } = context;
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: true, // the schema is public documentation; secrets are in no names
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    validationOptions: { maxErrors: 5 },
    formatError: (_formatted, error) => present(error, log),
    // Cache control alone doubled the time of a list query when measured.
    plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginLandingPageDisabled()],
  });
  await apollo.start();

  const app: FastifyInstance = Fastify({
    bodyLimit,
    requestTimeout: 0, // uploads may take as long as they make progress; the socket's own timeout ends silent ones
    connectionTimeout: 60_000,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  });
  secure(app, config, log);

  app.post('/graphql', async (request, reply) => {
    const body = request.body as Request;
    admit(schema, body);
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers))
      if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
    const response = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers, search: '', body },
      context: async () => ({ ...context }),
    });
    for (const [name, value] of response.headers) reply.header(name, value);
    reply.code(response.status ?? 200);
    if (response.body.kind !== 'complete') throw new Error('incremental delivery is not offered');
    return response.body.string;
  });
  app.route({
    method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: '/graphql',
    handler(request, reply) {
      if (request.method === 'GET' && request.headers.accept?.includes('text/html'))
        return reply.redirect('/');
      const error = { message: 'send GraphQL as POST', extensions: { code: 'BAD_USER_INPUT' } };
      return reply
        .code(405)
        .header('allow', 'POST')
        .send({ errors: [error] });
    },
  });

  pageRoutes(app);
  healthRoutes(app, context);
  artifactRoutes(app, context);
  modelRoutes(app, context);
  benchmarkRoutes(app, context);
  runRoutes(app, schema, context);
  studyRoutes(app, context);
  sweepRoutes(app, context);
  const sockets = subscriptions(app.server, schema, context, log);

  await app.listen({ host: config.host, port: config.port });
  return {
    address: app.server.address() as { address: string; port: number },
    async stop() {
      await sockets.close();
      await app.close();
      await apollo.stop();
    },
  };
}

function secure(app: FastifyInstance, config: Config, log: Logger) {
  app.addHook('onRequest', guard(config));
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
    reply.header('cross-origin-resource-policy', 'same-origin');
    reply.header('x-frame-options', 'DENY');
  });

  // Fastify's own parser replaces broken UTF-8 silently; what a client sent is stored as sent or refused.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const charset = /charset\s*=\s*"?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
    if (charset && charset.toLowerCase() !== 'utf-8') return done(refused(415, 'send JSON as UTF-8'));
    try {
      done(null, graphqlRequest(new TextDecoder('utf-8', { fatal: true }).decode(body as Buffer)));
    } catch (error) {
      done(error instanceof UserError ? error : refused(400, 'the body is not JSON in UTF-8'));
    }
  });

  app.setErrorHandler((error, _request, reply) => {
    const shown = present(error, log);
    const status = (error as { statusCode?: number }).statusCode;
    if (status && status < 500 && shown.extensions?.code === 'INTERNAL')
      return reply
        .code(status)
        .send({ errors: [{ message: (error as Error).message, extensions: { code: codeOf(status) } }] });
    return reply.code(statusOf(String(shown.extensions?.code))).send({ errors: [shown] });
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({
      errors: [{ message: 'nothing is here; GraphQL is at /graphql', extensions: { code: 'NOT_FOUND' } }],
    }),
  );
}

const refused = (statusCode: number, message: string) => Object.assign(new Error(message), { statusCode });

const codeOf = (status: number) => (status === 413 ? 'LIMIT_EXCEEDED' : 'BAD_USER_INPUT');

const statusOf = (code: string) =>
  ({ UNAUTHENTICATED: 401, FORBIDDEN: 403, NOT_FOUND: 404, CONFLICT: 409, INTERNAL: 500, UNAVAILABLE: 503 })[
    code
  ] ?? 400;

function graphqlRequest(text: string): Request {
  const body: unknown = JSON.parse(text);
  const wrong = (message: string) => new UserError('BAD_USER_INPUT', message);
  if (Array.isArray(body)) throw wrong('send one operation per request; batches are not taken');
  if (typeof body !== 'object' || body === null) throw wrong('the body must be an object with a "query"');
  const { query, operationName, variables } = body as Record<string, unknown>;
  if (typeof query !== 'string' || query === '') throw wrong('the body has no "query"');
  if (operationName != null && typeof operationName !== 'string')
    throw wrong('"operationName" must be a string');
  if (variables != null && (typeof variables !== 'object' || Array.isArray(variables)))
    throw wrong('"variables" must be an object');
  return {
    query,
    ...(operationName != null && { operationName }),
    ...(variables != null && { variables: variables as Record<string, unknown> }),
  };
}
