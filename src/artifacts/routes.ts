import { createReadStream } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import type { Context } from '#src/api/context.ts';
import { UserError } from '#src/errors.ts';
import { recordArtifact } from '#src/runs/publish.ts';

/** Largest upload; the disk is the user's, a mistake should not fill it. */
const uploadLimit = 64 * 2 ** 30;

/**
 * PUT /artifacts takes the bytes of the body and answers {digest, size}; GET /artifacts/<digest> gives them back, as a
 * download that no browser renders. File names never play a part.
 */
export function artifactRoutes(app: FastifyInstance, { lab }: Context) {
  app.register(async (scope) => {
    // Bodies are streamed to the store, so nothing may parse or buffer them here.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, done) => done(null));
    scope.put('/artifacts', { bodyLimit: uploadLimit }, async (request, reply) => {
      const stored = await lab.store.put(request.raw, uploadLimit);
      await recordArtifact(lab.db.pool, stored, 'application/octet-stream');
      return reply.code(201).send(stored);
    });
  });

  app.get<{ Params: { digest: string } }>('/artifacts/:digest', async ({ params }, reply) => {
    if (!/^[0-9a-f]{64}$/.test(params.digest))
      throw new UserError('BAD_USER_INPUT', 'an artifact is named by 64 hexadecimal digits');
    const { rows } = await lab.db.pool.query(`SELECT size, media_type FROM artifact WHERE digest = $1`, [
      params.digest,
    ]);
    if (!rows.length) throw new UserError('NOT_FOUND', `there is no artifact ${params.digest}`);
    const path = await lab.store.local(params.digest);
    return reply
      .header('content-type', rows[0].media_type)
      .header('content-length', rows[0].size)
      .header('content-disposition', `attachment; filename="${params.digest}"`)
      .header('content-security-policy', "sandbox; default-src 'none'")
      .header('etag', `"${params.digest}"`)
      .send(createReadStream(path));
  });
}
