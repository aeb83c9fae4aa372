import { builder } from '#src/api/builder.ts';
import { type ArtifactRow, loadRow } from '#src/lineage/entity.ts';
import { EntityInterface } from '#src/lineage/schema.ts';

export const ArtifactType = builder.objectRef<ArtifactRow>('Artifact');
builder.node(ArtifactType, {
  description: 'Bytes in the content-addressed store.',
  interfaces: [EntityInterface],
  isTypeOf: (row) => (row as ArtifactRow).kind === 'ARTIFACT',
  id: { resolve: (row) => row.digest },
  loadMany: (digests, context) => digests.map((digest) => loadRow(context, 'ARTIFACT', digest)),
  fields: (t) => ({
    size: t.float({ description: 'Bytes.', resolve: (row) => Number(row.size) }),
    mediaType: t.exposeString('mediaType'),
    url: t.string({ resolve: (row) => `/artifacts/${row.digest}` }),
  }),
});

/** A file that a run handed over, and what it is to the run. */
export const ArtifactOutputType = builder
  .objectRef<{ role: string; artifact: ArtifactRow }>('ArtifactOutput')
  .implement({
    fields: (t) => ({ role: t.exposeString('role'), artifact: t.expose('artifact', { type: ArtifactType }) }),
  });
