import { builder } from '#src/api/builder.ts';
import type { LineageEdgeModel } from '#src/database/generated/models.ts';
import { EntityKindEnum, loadEntity } from './entity.ts';
import { EntityInterface } from './schema.ts';

/** W3C PROV's used and wasGeneratedBy, as seen from the run. */
export const LineageEdgeType = builder.objectRef<LineageEdgeModel>('LineageEdge');
LineageEdgeType.implement({
  fields: (t) => ({
    role: t.exposeString('role'),
    weight: t.exposeFloat('weight', { nullable: true }),
    kind: t.expose('kind', { type: EntityKindEnum }),
    digest: t.expose('digest', { type: 'Digest' }),
    entity: t.field({
      type: EntityInterface,
      nullable: true,
      resolve: (edge, _args, context) => loadEntity(context, { kind: edge.kind, digest: edge.digest }),
    }),
  }),
});
