import { builder } from '#src/api/builder.ts';
import { batched, type Context, inOrder } from '#src/api/context.ts';
import type { EntityKind } from '#src/database/generated/enums.ts';
import type {
  ArtifactModel,
  CollectionModel,
  EmbeddingSetModel,
  ModelModel,
  TokenizerModel,
} from '#src/database/generated/models.ts';

/** A row with the kind that says which table it is of; what `union Entity` and lineage edges resolve to. */
export type CorpusRow = CollectionModel & { kind: 'CORPUS' };
export type BenchmarkRow = CollectionModel & { kind: 'BENCHMARK' };
export type ModelRow = ModelModel & { kind: 'MODEL' };
export type TokenizerRow = TokenizerModel & { kind: 'TOKENIZER' };
export type EmbeddingSetRow = EmbeddingSetModel & { kind: 'EMBEDDING_SET' };
export type ArtifactRow = ArtifactModel & { kind: 'ARTIFACT' };
export type EntityRow = CorpusRow | BenchmarkRow | ModelRow | TokenizerRow | EmbeddingSetRow | ArtifactRow;

const tagged = <R extends object, K extends EntityKind>(rows: R[], kind: K) =>
  rows.map((row) => ({ ...row, kind }));

/** One query a table, whatever the number of entities asked for. */
const read: { [K in EntityKind]: (context: Context, digests: string[]) => Promise<EntityRow[]> } = {
  CORPUS: async (context, digests) => tagged(await readCollections(context, 'CORPUS', digests), 'CORPUS'),
  BENCHMARK: async (context, digests) =>
    tagged(await readCollections(context, 'BENCHMARK', digests), 'BENCHMARK'),
  MODEL: async ({ lab }, digests) =>
    tagged(await lab.db.prisma.model.findMany({ where: { digest: { in: digests } } }), 'MODEL'),
  TOKENIZER: async ({ lab }, digests) =>
    tagged(await lab.db.prisma.tokenizer.findMany({ where: { digest: { in: digests } } }), 'TOKENIZER'),
  EMBEDDING_SET: async ({ lab }, digests) =>
    tagged(
      await lab.db.prisma.embeddingSet.findMany({ where: { digest: { in: digests }, status: 'READY' } }),
      'EMBEDDING_SET',
    ),
  ARTIFACT: async ({ lab }, digests) =>
    tagged(await lab.db.prisma.artifact.findMany({ where: { digest: { in: digests } } }), 'ARTIFACT'),
};

const readCollections = ({ lab }: Context, kind: 'CORPUS' | 'BENCHMARK', digests: string[]) =>
  lab.db.prisma.collection.findMany({ where: { kind, digest: { in: digests }, publishedAt: { not: null } } });

interface EntityKey {
  kind: EntityKind;
  digest: string;
}
const keyText = ({ kind, digest }: EntityKey) => `${kind} ${digest}`;

/** Loads an entity, or null; calls of one operation share a query per table. */
export const loadEntity = batched<EntityKey, EntityRow | null>(async (keys, context) => {
  const kinds = [...new Set(keys.map((key) => key.kind))];
  const rows = await Promise.all(
    kinds.map((kind) =>
      read[kind](
        context,
        keys.filter((key) => key.kind === kind).map((key) => key.digest),
      ),
    ),
  );
  return inOrder(keys.map(keyText), rows.flat(), keyText);
}, keyText);

export const loadRow = async <K extends EntityRow['kind']>(context: Context, kind: K, digest: string) =>
  (await loadEntity(context, { kind, digest })) as Extract<EntityRow, { kind: K }> | null;

/** `name@version` of an entity, or its digest where it has no name; the oldest name speaks for it. */
export const loadRef = batched<EntityKey, string>(async (keys, { lab }) => {
  const { rows } = await lab.db.pool.query(
    `SELECT DISTINCT ON (n.kind, n.digest) n.kind, n.digest, n.name || '@' || n.version AS ref FROM name n
     JOIN unnest($1::"EntityKind"[], $2::text[]) AS k(kind, digest) ON k.kind = n.kind AND k.digest = n.digest
     ORDER BY n.kind, n.digest, n.created_at, n.name, n.version`,
    [keys.map((key) => key.kind), keys.map((key) => key.digest)],
  );
  const refs = new Map(rows.map((row) => [keyText(row), row.ref as string]));
  return keys.map((key) => refs.get(keyText(key)) ?? key.digest);
}, keyText);

export const EntityKindEnum = builder.enumType('EntityKind', {
  values: ['CORPUS', 'BENCHMARK', 'TOKENIZER', 'MODEL', 'EMBEDDING_SET', 'ARTIFACT'] as const,
});
