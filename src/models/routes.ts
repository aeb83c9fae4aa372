import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import tar from 'tar-stream';
import type { Context } from '#src/api/context.ts';
import { badInput, UserError } from '#src/errors.ts';
import { loadRow, type ModelRow } from '#src/lineage/entity.ts';
import { modelCard } from './card.ts';
import { hasOnnx, isOnnxPath, onnxFile, onnxPaths } from './onnx.ts';

/**
 * GET /models/<digest>/<path> gives a file of the model's folder as tools know it: its own files, README.md (the card
 * of today) and onnx/. GET /models/<digest>.tar gives all of them. transformers.js opens it by its remoteHost.
 */
export function modelRoutes(app: FastifyInstance, base: Context) {
  app.get<{ Params: { file: string } }>('/models/:file', async ({ params }, reply) => {
    const digest = params.file.replace(/\.tar$/, '');
    if (digest === params.file) throw new UserError('NOT_FOUND', 'a model folder is /models/<digest>.tar');
    const context = { ...base };
    const model = await requireModel(context, digest);
    const paths = [
      ...(await filesOf(context, digest)).keys(),
      'README.md',
      ...(hasOnnx(model.architecture) ? onnxPaths : []),
    ];
    // Made before the answer begins: an error must not come in the middle of an archive.
    const found = [];
    for (const path of paths) found.push({ path, ...(await contentOf(context, model, path)) });
    const pack = tar.pack();
    const packing = packAll(pack, digest, found);
    packing.catch((error) => pack.destroy(error));
    return download(reply, `${digest}.tar`).type('application/x-tar').send(pack);
  });

  app.get<{ Params: { digest: string; '*': string } }>('/models/:digest/*', async ({ params }, reply) => {
    const context = { ...base };
    const model = await requireModel(context, params.digest);
    const content = await contentOf(context, model, params['*']);
    const name = params['*'].split('/').at(-1)!;
    return download(reply, name)
      .type('application/octet-stream')
      .header('content-length', content.size)
      .send('text' in content ? content.text : createReadStream(content.file));
  });
}

type Content = { size: number } & ({ text: Buffer } | { file: string });

async function requireModel(context: Context, digest: string): Promise<ModelRow> {
  if (!/^[0-9a-f]{64}$/.test(digest))
    throw badInput('digest', 'a model is named by 64 hexadecimal digits here');
  const model = await loadRow(context, 'MODEL', digest);
  if (!model) throw new UserError('NOT_FOUND', `there is no model ${digest}`);
  return model;
}

async function filesOf({ lab }: Context, digest: string): Promise<Map<string, string>> {
  const rows = await lab.db.prisma.modelFile.findMany({ where: { modelDigest: digest } });
  return new Map(rows.map((row) => [row.path, row.digest]));
}

async function contentOf(context: Context, model: ModelRow, path: string): Promise<Content> {
  if (path === 'README.md') {
    const text = Buffer.from(await modelCard(context, model));
    return { size: text.length, text };
  }
  const own = (await filesOf(context, model.digest)).get(path);
  if (!own && !(isOnnxPath(path) && hasOnnx(model.architecture)))
    throw new UserError('NOT_FOUND', `the model has no file ${path.slice(0, 200)}`);
  const file = own
    ? await context.lab.store.local(own)
    : await onnxFile(context, model.digest, path as never);
  return { size: (await stat(file)).size, file };
}

async function packAll(pack: tar.Pack, folder: string, contents: (Content & { path: string })[]) {
  for (const content of contents) {
    // One time for all, so that equal models are equal archives but for their cards.
    const header = { name: `${folder}/${content.path}`, size: content.size, mtime: new Date(0), mode: 0o644 };
    if ('text' in content) {
      pack.entry(header, content.text);
      continue;
    }
    await pipeline(
      createReadStream(content.file, { highWaterMark: 1 << 20 }),
      pack.entry(header) as unknown as Writable,
    );
  }
  pack.finalize();
}

/** As artifacts are: a download that no browser renders. */
const download = (reply: FastifyReply, name: string) =>
  reply
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('content-security-policy', "sandbox; default-src 'none'");
