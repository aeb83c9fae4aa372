import { builder } from '#src/api/builder.ts';
import type { Context } from '#src/api/context.ts';
import type { EntityKind, RunKind } from '#src/database/generated/enums.ts';
import { type EntityRow, loadRow } from '#src/lineage/entity.ts';
import type { Output } from './execution.ts';
import { loadRun, type RunRow } from './load.ts';
import { runTypeName } from './names.ts';
import { RunInterface } from './schema.ts';

/** Declares the GraphQL type of one kind of run: what all runs have, and what this kind makes. */
export function runType(kind: RunKind, description: string) {
  const ref = builder.objectRef<RunRow>(runTypeName[kind]);
  builder.node(ref, {
    description,
    interfaces: [RunInterface],
    isTypeOf: (row) => (row as RunRow).kind === kind && 'recipeHash' in (row as object),
    id: { resolve: (run) => run.id },
    loadMany: (ids, context) => ids.map((id) => loadRun(context, id)),
  });
  return ref;
}

/** The first output of a kind, as a row; null while the run is going on, and when it made none. */
export function outputOf<K extends EntityKind>(context: Context, run: RunRow, kind: K) {
  const output = (run.outputs as unknown as Output[]).find((o) => o.kind === kind);
  return output
    ? (loadRow(context, kind, output.digest) as Promise<Extract<EntityRow, { kind: K }> | null>)
    : null;
}

/** Outputs that are plain files: rankings, compositions, score tables. */
export async function artifactsOf(context: Context, run: RunRow) {
  const outputs = (run.outputs as unknown as Output[]).filter((o) => o.kind === 'ARTIFACT');
  const rows = await Promise.all(
    outputs.map(async ({ role, digest }) => ({ role, artifact: await loadRow(context, 'ARTIFACT', digest) })),
  );
  return rows.flatMap(({ role, artifact }) => (artifact ? [{ role, artifact }] : []));
}
