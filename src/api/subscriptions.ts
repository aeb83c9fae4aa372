import type { Server } from 'node:http';
import { type GraphQLError, type GraphQLSchema, specifiedRules, validate } from 'graphql';
import { useServer as serve } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import { checkOrigin, checkToken } from '#src/access/guard.ts';
import type { Context } from './context.ts';
import { present } from './errors.ts';
import { admit } from './limits.ts';

/** One connection follows this many runs at most; a page shows a study, not a thousand runs. */
const subscriptionsPerConnection = 64;
const messageLimit = 1 << 20;

/** GraphQL over WebSocket (graphql-transport-ws) on /graphql, under the same checks and limits as HTTP. */
export function subscriptions(server: Server, schema: GraphQLSchema, context: Context, log: Logger) {
  const { config } = context;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: messageLimit,
    handleProtocols: (offered) => (offered.has('graphql-transport-ws') ? 'graphql-transport-ws' : false),
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    try {
      if (request.url?.split('?', 1)[0] !== '/graphql') throw new Error('nothing is here');
      checkOrigin(config, request);
    } catch {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
  });

  const shown = (errors: readonly unknown[]) =>
    errors.map((error) => present(error, log)) as unknown as GraphQLError[];
  const disposable = serve(
    {
      schema,
      connectionInitWaitTimeout: 10_000,
      onConnect({ connectionParams }) {
        if (!config.token) return true;
        const params = connectionParams ?? {};
        try {
          checkToken(config.token, params.authorization ?? params.Authorization);
          return true;
        } catch {
          return false; // closes with 4403
        }
      },
      onSubscribe({ subscriptions: open }, _id, payload) {
        try {
          if (Object.keys(open).length > subscriptionsPerConnection)
            throw new Error(`more than ${subscriptionsPerConnection} subscriptions on one connection`);
          const document = admit(schema, payload);
          const errors = validate(schema, document, specifiedRules, { maxErrors: 5, hideSuggestions: true });
          if (errors.length) return shown(errors);
          return {
            schema,
            document,
            operationName: payload.operationName,
            variableValues: payload.variables,
            contextValue: { ...context },
          };
        } catch (error) {
          return shown([error]);
        }
      },
      onNext: (_ctx, _id, _payload, _args, result) =>
        result.errors ? { ...result, errors: shown(result.errors) } : result,
      onError: (_ctx, _id, _payload, errors) => shown(errors),
    },
    sockets,
    12_000,
  );
  return { close: async () => disposable.dispose() };
}
