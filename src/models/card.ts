import type { Context } from '#src/api/context.ts';
import { loadRef, loadRow, type ModelRow } from '#src/lineage/entity.ts';

/**
 * A model card with Hugging Face's front matter. It is written from lineage and scores whenever it is asked for:
 * what is evaluated tomorrow belongs on it too.
 */
export async function modelCard(context: Context, model: ModelRow): Promise<string> {
  const { db } = context.lab;
  const ref = await loadRef(context, model);
  const { rows: edges } = await db.pool.query(
    `SELECT r.kind AS run_kind, r.recipe, e.kind, e.digest, e.role, e.weight FROM lineage_edge made
     JOIN run r ON r.id = made.run_id LEFT JOIN lineage_edge e ON e.run_id = r.id AND e.direction = 'USED'
     WHERE made.kind = 'MODEL' AND made.digest = $1 AND made.direction = 'GENERATED'
     AND made.id = (SELECT min(id) FROM lineage_edge f WHERE f.kind = 'MODEL' AND f.digest = $1 AND f.direction = 'GENERATED')
     ORDER BY e.position`,
    [model.digest],
  );
  const named = async (kind: string) =>
    Promise.all(
      edges
        .filter((edge) => edge.kind === kind)
        .map(async (edge) => ({
          ...edge,
          ref: await loadRef(context, { kind: edge.kind, digest: edge.digest }),
        })),
    );
  const [parents, corpora] = await Promise.all([named('MODEL'), named('CORPUS')]);
  const { rows: scores } = await db.pool.query(
    `SELECT DISTINCT ON (s.benchmark, s.query_lang, s.doc_lang, s.metric) s.* FROM score s
     WHERE s.system = $1 AND s.pool IN ('MONO', 'CROSS') ORDER BY s.benchmark, s.query_lang, s.doc_lang, s.metric, s.id DESC`,
    [model.digest],
  );
  const benchmarks = new Map<string, string>();
  for (const { benchmark } of scores)
    if (!benchmarks.has(benchmark))
      benchmarks.set(benchmark, await loadRef(context, { kind: 'BENCHMARK', digest: benchmark }));

  // A model that came from a hub is known to the world by its name there.
  const bases = await Promise.all(
    parents.map(async ({ digest, ref: own }) => hubOf(await loadRow(context, 'MODEL', digest))?.id ?? own),
  );
  const hub = hubOf(model);
  const meta = model.meta as { languages?: string[] };
  const merged = edges[0]?.run_kind === 'MERGE';
  const yaml = (key: string, items: string[]) =>
    items.length ? [`${key}:`, ...items.map((item) => `- ${JSON.stringify(item)}`)] : [];
  return [
    '---',
    'library_name: sentence-transformers',
    'pipeline_tag: sentence-similarity',
    ...yaml('language', meta.languages ?? []),
    ...yaml('base_model', bases),
    ...(parents.length ? [`base_model_relation: ${merged ? 'merge' : 'finetune'}`] : []),
    ...yaml(
      'datasets',
      corpora.map((c) => c.ref),
    ),
    '---',
    '',
    `# ${ref}`,
    '',
    `${model.architecture}, ${Number(model.parameters).toLocaleString('en')} parameters, vectors of length ${model.dimension}. Digest \`${model.digest}\`.`,
    ...(hub ? ['', `Imported from ${hub.id} at commit ${hub.commit}; its licence and terms are there.`] : []),
    ...(parents.length
      ? [
          '',
          merged ? '## Merged from' : '## Trained from',
          '',
          ...parents.map((p) => `- ${p.ref}${p.weight === null ? '' : `, weight ${p.weight}`}`),
        ]
      : []),
    ...(edges.length
      ? ['', '## Recipe', '', '```json', JSON.stringify(edges[0].recipe, null, 2), '```']
      : []),
    ...(scores.length
      ? [
          '',
          '## Scores',
          '',
          '| benchmark | queries | documents | metric | value | 95 % interval |',
          '|---|---|---|---|---|---|',
          ...scores.map(
            (s) =>
              `| ${benchmarks.get(s.benchmark)} | ${s.query_lang} | ${s.doc_lang} | ${s.metric} | ${s.value.toFixed(4)} | ${
                s.ci_low === null ? '' : `${s.ci_low.toFixed(4)} to ${s.ci_high.toFixed(4)}`
              } |`,
          ),
        ]
      : []),
    '',
  ].join('\n');
}

const hubOf = (model: ModelRow | null) =>
  (model?.meta as { hub?: { id: string; commit: string } } | undefined)?.hub ?? null;
