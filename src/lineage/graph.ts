import { encodeGlobalID } from '#src/api/builder.ts';
import type { Database } from '#src/database/client.ts';
import type { EntityKind, RunKind, RunStatus } from '#src/database/generated/enums.ts';
import { runTypeName } from '#src/runs/names.ts';

export interface GraphNode {
  id: string;
  /** RUN or the kind of the entity. */
  kind: 'RUN' | EntityKind;
  /** `name@version` or digest of an entity; name or kind of a run. */
  label: string;
  runKind: RunKind | null;
  status: RunStatus | null;
  createdAt: string;
  /** Of a run: when it was last made again with the same digests; how and where, its verifications say. */
  verifiedAt: string | null;
  /** The processor it was made again on. */
  verifiedOn: string | null;
}

export interface GraphEdge {
  /** Used: entity -> run. Generated: run -> entity. So an arrow always points at what came later. */
  from: string;
  to: string;
  role: string;
  weight: number | null;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** Edges were left out: the graph is larger than what one answer holds. */
  truncated: boolean;
}

export type Direction = 'ANCESTORS' | 'DESCENDANTS' | 'BOTH';

export const entityTypeName: Record<EntityKind, string> = {
  CORPUS: 'Corpus',
  BENCHMARK: 'Benchmark',
  TOKENIZER: 'Tokenizer',
  MODEL: 'Model',
  EMBEDDING_SET: 'EmbeddingSet',
  ARTIFACT: 'Artifact',
};

/**
 * The walk: entities at a distance, over runs. UNION drops what was seen at the same depth, and DISTINCT on the end
 * result the rest; a stack of n diamonds has 2^n paths but only n levels.
 */
const walk = (near: 'USED' | 'GENERATED', far: 'USED' | 'GENERATED', name: string) => `
  ${name} (kind, digest, depth) AS (
    SELECT $1::"EntityKind", $2::text, 0
    UNION
    SELECT next.kind, next.digest, ${name}.depth + 1
    FROM ${name}
    JOIN lineage_edge here ON here.kind = ${name}.kind AND here.digest = ${name}.digest AND here.direction = '${near}'
    JOIN lineage_edge next ON next.run_id = here.run_id AND next.direction = '${far}'
    WHERE ${name}.depth < $3
  )`;

/** Edges that touch a run which made (or, downward, used) an entity nearer than the depth limit. */
const runsOf = (name: string, near: 'USED' | 'GENERATED') =>
  `SELECT DISTINCT e.run_id FROM ${name} w JOIN lineage_edge e ON e.kind = w.kind AND e.digest = w.digest AND e.direction = '${near}' WHERE w.depth < $3`;

const largestGraph = 2000;

/** Everything an entity was made from, or that was made from it, `depth` runs deep, in one query. */
export async function readGraph(
  db: Database,
  kind: EntityKind,
  digest: string,
  direction: Direction,
  depth: number,
): Promise<Graph> {
  const up = direction !== 'DESCENDANTS';
  const down = direction !== 'ANCESTORS';
  const walks = [up && walk('GENERATED', 'USED', 'up'), down && walk('USED', 'GENERATED', 'down')].filter(
    Boolean,
  );
  const runs = [up && runsOf('up', 'GENERATED'), down && runsOf('down', 'USED')]
    .filter(Boolean)
    .join(' UNION ');
  const side = [
    up &&
      `SELECT e.* FROM lineage_edge e JOIN (${runsOf('up', 'GENERATED')}) r USING (run_id) WHERE e.direction = 'USED' OR EXISTS (SELECT 1 FROM up w WHERE w.kind = e.kind AND w.digest = e.digest)`,
    down &&
      `SELECT e.* FROM lineage_edge e JOIN (${runsOf('down', 'USED')}) r USING (run_id) WHERE e.direction = 'GENERATED' OR EXISTS (SELECT 1 FROM down w WHERE w.kind = e.kind AND w.digest = e.digest)`,
  ].filter(Boolean);
  const { rows } = await db.pool.query(
    `WITH RECURSIVE ${walks.join(',')},
     edges AS (SELECT DISTINCT * FROM (${side.join(' UNION ALL ')}) e ORDER BY id LIMIT ${largestGraph + 1}),
     entities AS (SELECT DISTINCT kind, digest FROM edges UNION SELECT $1::"EntityKind", $2::text),
     labelled AS (
       SELECT e.kind::text AS kind, e.digest AS key, n.ref AS label, null::text AS "runKind", null::text AS status,
              coalesce(n.created_at, g.created_at, 'epoch') AS at, null::timestamptz AS "verifiedAt", null::text AS "verifiedOn"
       FROM entities e
       LEFT JOIN LATERAL (SELECT name || '@' || version AS ref, created_at FROM name
                          WHERE name.kind = e.kind AND name.digest = e.digest ORDER BY created_at, name, version LIMIT 1) n ON true
       LEFT JOIN LATERAL (SELECT created_at FROM lineage_edge m WHERE m.kind = e.kind AND m.digest = e.digest AND m.direction = 'GENERATED'
                          ORDER BY id LIMIT 1) g ON true
       UNION ALL
       SELECT 'RUN', r.id::text, r.names[1], r.kind::text, r.status::text, r.created_at, v.at, v.machine
       FROM run r
       LEFT JOIN LATERAL (SELECT c.finished_at AS at, c.environment->'cpu'->>'model' AS machine
                          FROM verification v JOIN run c ON c.id = v.copy_id
                          WHERE v.run_id = r.id AND c.status = 'SUCCEEDED' AND c.outputs @> r.outputs AND r.outputs @> c.outputs
                          ORDER BY c.finished_at DESC LIMIT 1) v ON true
       WHERE r.id IN (${runs})
     )
     SELECT (SELECT coalesce(json_agg(l ORDER BY at, kind, key), '[]') FROM labelled l) AS nodes,
            (SELECT coalesce(json_agg(json_build_object('run', run_id, 'direction', direction, 'kind', kind, 'digest', digest,
                                                        'role', role, 'weight', weight) ORDER BY id), '[]') FROM edges) AS edges`,
    [kind, digest, depth],
  );
  return assemble(rows[0]);
}

interface RawGraph {
  nodes: {
    kind: 'RUN' | EntityKind;
    key: string;
    label: string | null;
    runKind: RunKind | null;
    status: RunStatus | null;
    at: string;
    verifiedAt: string | null;
    verifiedOn: string | null;
  }[];
  edges: {
    run: string;
    direction: string;
    kind: EntityKind;
    digest: string;
    role: string;
    weight: number | null;
  }[];
}

function assemble({ nodes, edges }: RawGraph): Graph {
  const runIds = new Map<string, string>();
  const named = nodes.map((node) => {
    const type = node.kind === 'RUN' ? runTypeName[node.runKind!] : entityTypeName[node.kind];
    const id = encodeGlobalID(type, node.key);
    if (node.kind === 'RUN') runIds.set(node.key, id);
    const label = node.label ?? (node.kind === 'RUN' ? node.runKind! : node.key);
    const { kind, runKind, status, at: createdAt, verifiedAt, verifiedOn } = node;
    return { id, kind, label, runKind, status, createdAt, verifiedAt, verifiedOn };
  });
  const kept = edges.slice(0, largestGraph);
  return {
    nodes: named,
    edges: kept.map((edge) => {
      const run = runIds.get(edge.run)!;
      const entity = encodeGlobalID(entityTypeName[edge.kind], edge.digest);
      const [from, to] = edge.direction === 'USED' ? [entity, run] : [run, entity];
      return { from, to, role: edge.role, weight: edge.weight };
    }),
    truncated: edges.length > largestGraph,
  };
}
