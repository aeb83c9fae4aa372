import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#src/config.ts';
import { UserError } from '#src/errors.ts';

/**
 * Listening on loopback is no defence by itself: a web page can send requests to localhost, and after DNS rebinding
 * read the answers. So the Host must be ours, an Origin must be ours, on every method and on WebSocket upgrades; and
 * a token, when there is one, must come with every request that can read or change anything.
 */
const open = new Set(['/', '/healthz', '/readyz']);

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

export function guard(config: Config) {
  return async (request: FastifyRequest, _reply: FastifyReply) => {
    checkOrigin(config, request.raw);
    const path = request.url.split('?', 1)[0];
    if (config.token && !open.has(path) && !path.startsWith('/assets/'))
      checkToken(config.token, request.headers.authorization);
  };
}

/** Throws FORBIDDEN when the request was addressed to, or sent from a page of, another site. */
export function checkOrigin(config: Config, { headers }: IncomingMessage) {
  const allowed = new Set(
    [...loopbackNames, ...config.hosts, bracketed(config.host)].map((name) => name.toLowerCase()),
  );
  const host = hostName(headers.host ?? '');
  if (!allowed.has(host))
    throw new UserError(
      'FORBIDDEN',
      `this server is not "${host.slice(0, 100)}"; ISOGLOSS_HOSTS lists the names it answers to`,
    );
  const origin = headers.origin;
  if (origin === undefined) return;
  let from: URL | null = null;
  try {
    from = new URL(origin);
  } catch {} // "null" and other non-URLs
  if (!from || from.host.toLowerCase() !== (headers.host ?? '').toLowerCase())
    throw new UserError('FORBIDDEN', 'requests from pages of other sites are refused');
}

const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host);

const hostName = (host: string) => host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');

/** Throws UNAUTHENTICATED unless `authorization` is `Bearer <token>`. */
export function checkToken(token: string, authorization: unknown) {
  const given = typeof authorization === 'string' ? /^Bearer (.+)$/.exec(authorization)?.[1] : undefined;
  // Equal-length digests: comparing the tokens themselves would tell their length and common prefix by time.
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (given === undefined || !timingSafeEqual(digest(given), digest(token)))
    throw new UserError('UNAUTHENTICATED', 'send the header "Authorization: Bearer <ISOGLOSS_TOKEN>"');
}
