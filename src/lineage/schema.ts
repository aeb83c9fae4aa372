import { builder } from '#src/api/builder.ts';
import { batched, grouped } from '#src/api/context.ts';
import { badInput } from '#src/errors.ts';
import { loadRun, type RunRow } from '#src/runs/load.ts';
import { RunInterface, RunKindEnum, RunStatusEnum } from '#src/runs/schema.ts';
import { NoteType, notesOf, tagsOf } from './annotation.ts';
import { EntityKindEnum, type EntityRow, loadRef } from './entity.ts';
import { entityTypeName, type Graph, type GraphEdge, type GraphNode, readGraph } from './graph.ts';

export const LineageDirection = builder.enumType('LineageDirection', {
  values: ['ANCESTORS', 'DESCENDANTS', 'BOTH'] as const,
});

const LineageNodeKind = builder.enumType('LineageNodeKind', {
  values: ['RUN', 'CORPUS', 'BENCHMARK', 'TOKENIZER', 'MODEL', 'EMBEDDING_SET', 'ARTIFACT'] as const,
});

const LineageNodeType = builder.objectRef<GraphNode>('LineageNode').implement({
  description: 'A run or an entity of a lineage graph; ask node(id) for all of it.',
  fields: (t) => ({
    id: t.exposeID('id'),
    kind: t.expose('kind', { type: LineageNodeKind }),
    label: t.exposeString('label', { description: 'name@version or digest; of a run its name or kind.' }),
    runKind: t.expose('runKind', { type: RunKindEnum, nullable: true }),
    status: t.expose('status', { type: RunStatusEnum, nullable: true }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    verifiedAt: t.expose('verifiedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Of a run: when it was last made again with the same digests. Its verifications say how.',
    }),
    verifiedOn: t.exposeString('verifiedOn', {
      nullable: true,
      description: 'The processor it was made again on.',
    }),
  }),
});

const GraphEdgeType = builder.objectRef<GraphEdge>('LineageGraphEdge').implement({
  description:
    'Points from what was there to what came of it: entity -> run that used it, run -> entity it generated.',
  fields: (t) => ({
    from: t.exposeID('from'),
    to: t.exposeID('to'),
    role: t.exposeString('role'),
    weight: t.exposeFloat('weight', { nullable: true }),
  }),
});

const LineageGraphType = builder.objectRef<Graph>('LineageGraph').implement({
  fields: (t) => ({
    nodes: t.expose('nodes', { type: [LineageNodeType] }),
    edges: t.expose('edges', { type: [GraphEdgeType] }),
    truncated: t.exposeBoolean('truncated', {
      description: 'Edges were left out: the graph is larger than one answer.',
    }),
  }),
});

const deepest = 1000;

/** The run that made an entity first; later runs that made the same bytes are in its lineage. */
const loadProducer = batched<EntityRow, RunRow | null>(
  async (rows, context) => {
    const { rows: found } = await context.lab.db.pool.query(
      `SELECT DISTINCT ON (e.kind, e.digest) e.kind, e.digest, e.run_id FROM lineage_edge e
       JOIN unnest($1::"EntityKind"[], $2::text[]) AS k(kind, digest) ON k.kind = e.kind AND k.digest = e.digest
       WHERE e.direction = 'GENERATED' ORDER BY e.kind, e.digest, e.id`,
      [rows.map((row) => row.kind), rows.map((row) => row.digest)],
    );
    const runs = new Map(found.map((row) => [`${row.kind} ${row.digest}`, row.run_id as string]));
    return Promise.all(
      rows.map((row) => {
        const run = runs.get(`${row.kind} ${row.digest}`);
        return run ? loadRun(context, run) : null;
      }),
    );
  },
  (row) => `${row.kind} ${row.digest}`,
);

const loadNames = batched<EntityRow, string[]>(
  async (entities, { lab }) => {
    const { rows } = await lab.db.pool.query(
      `SELECT n.kind || ' ' || n.digest AS key, n.name || '@' || n.version AS ref FROM name n
       JOIN unnest($1::"EntityKind"[], $2::text[]) AS k(kind, digest) ON k.kind = n.kind AND k.digest = n.digest
       ORDER BY n.created_at, n.name, n.version`,
      [entities.map((row) => row.kind), entities.map((row) => row.digest)],
    );
    const keys = entities.map((row) => `${row.kind} ${row.digest}`);
    return grouped(keys, rows, (row) => row.key).map((group) => group.map((row) => row.ref));
  },
  (row) => `${row.kind} ${row.digest}`,
);

export const EntityInterface = builder.interfaceRef<EntityRow>('Entity');
EntityInterface.implement({
  description: 'Anything with an identity that runs use and generate.',
  interfaces: [builder.nodeInterfaceRef()],
  resolveType: (row) => entityTypeName[row.kind],
  fields: (t) => ({
    entityKind: t.expose('kind', { type: EntityKindEnum }),
    digest: t.expose('digest', { type: 'Digest' }),
    ref: t.string({
      description: 'name@version, or the digest of what has no name.',
      resolve: ({ kind, digest }, _args, context) => loadRef(context, { kind, digest }),
    }),
    names: t.stringList({
      description: 'Every name@version it has.',
      resolve: (row, _args, context) => loadNames(context, row),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    producedBy: t.field({
      type: RunInterface,
      nullable: true,
      description: 'The run that made it first.',
      resolve: (row, _args, context) => loadProducer(context, row),
    }),
    lineage: t.field({
      type: LineageGraphType,
      description: 'What it was made from and what was made from it, `depth` runs deep, read in one query.',
      args: {
        direction: t.arg({ type: LineageDirection, defaultValue: 'ANCESTORS' }),
        depth: t.arg.int({ defaultValue: 20 }),
      },
      resolve: ({ kind, digest }, { direction, depth }, { lab }) => {
        if (depth! < 1 || depth! > deepest)
          throw badInput('depth', `depth is ${depth}; ask for 1 to ${deepest}`);
        return readGraph(lab.db, kind, digest, direction!, depth!);
      },
    }),
    tags: t.stringList({
      resolve: (row, _args, context) => tagsOf(context, { kind: row.kind, key: row.digest }),
    }),
    notes: t.field({
      type: [NoteType],
      resolve: (row, _args, context) => notesOf(context, { kind: row.kind, key: row.digest }),
    }),
  }),
});
