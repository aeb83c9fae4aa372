import { createGzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import tar from 'tar-stream';
import type { Context } from '#src/api/context.ts';
import { badInput, UserError } from '#src/errors.ts';
import { loadRow } from '#src/lineage/entity.ts';
import { packBenchmark } from './export.ts';
import { metaOf } from './schema.ts';

/** GET /benchmarks/<digest>.tar.gz gives a benchmark in BEIR's layout, a folder per direction. */
export function benchmarkRoutes(app: FastifyInstance, base: Context) {
  app.get<{ Params: { file: string } }>('/benchmarks/:file', async ({ params }, reply) => {
    const digest = params.file.replace(/\.tar\.gz$/, '');
    if (digest === params.file)
      throw new UserError('NOT_FOUND', 'a benchmark in BEIR layout is /benchmarks/<digest>.tar.gz');
    if (!/^[0-9a-f]{64}$/.test(digest))
      throw badInput('digest', 'a benchmark is named by 64 hexadecimal digits here');
    const context = { ...base };
    const benchmark = await loadRow(context, 'BENCHMARK', digest);
    if (!benchmark) throw new UserError('NOT_FOUND', `there is no benchmark ${digest}`);
    const file = await context.lab.store.local(digest);
    const pack = tar.pack();
    const packed = pack.pipe(createGzip());
    packBenchmark(pack, file, metaOf(benchmark).directions).catch((error) => packed.destroy(error));
    return reply
      .header('content-disposition', `attachment; filename="${digest}.tar.gz"`)
      .header('content-security-policy', "sandbox; default-src 'none'")
      .type('application/gzip')
      .send(packed);
  });
}
