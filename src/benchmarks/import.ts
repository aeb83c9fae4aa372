import { builder } from '#src/api/builder.ts';
import { allowedPath } from '#src/artifacts/source.ts';
import { treeDigest } from '#src/artifacts/tree.ts';
import { ImportRunType } from '#src/corpora/import.ts';
import { badInput } from '#src/errors.ts';
import { language } from '#src/recipes/composition.ts';
import { launchFields, launchRun } from '#src/runs/mutation.ts';
import { benchmarkLayout, filesOfLayout } from './layout.ts';

const ImportBenchmarkInput = builder.inputType('ImportBenchmarkInput', {
  fields: (t) => ({
    ...launchFields(t, 'the benchmark'),
    path: t.string({
      required: true,
      description:
        'A folder: one in BEIR layout per direction, ko-en/{corpus.jsonl,queries.jsonl,qrels/test.tsv}, query language first; or those files with "texts" per language; or, with queryLang and docLang, one data set. JSONL, TSV, TREC topics and qrels: docs/evaluation.md.',
    }),
    queryLang: t.string({ description: 'With docLang: the folder is one data set of this direction.' }),
    docLang: t.string(),
    split: t.string({ defaultValue: 'test' }),
    groupField: t.string({
      description:
        'A field of the queries that says what they have in common, such as the passage they were written for; intervals can be drawn by GROUP then.',
    }),
  }),
});

builder.mutationField('importBenchmark', (t) =>
  t.field({
    type: ImportRunType,
    args: { input: t.arg({ type: ImportBenchmarkInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const source = await allowedPath(context.config.importFolders, input.path, 'folder', 'input.path');
      const direction = directionOf(input);
      const layout = await benchmarkLayout(source, input.split!, direction);
      const digest = await treeDigest(source, { files: filesOfLayout(layout) });
      return launchRun(context, input, {
        kind: 'IMPORT',
        params: {
          target: 'BENCHMARK',
          split: input.split!,
          ...(direction && { direction }),
          ...(input.groupField != null && { groupField: input.groupField }),
        },
        inputs: [{ role: 'source', digest }],
        used: [],
        makes: 'BENCHMARK',
        hints: { source },
      });
    },
  }),
);

function directionOf({ queryLang, docLang }: { queryLang?: string | null; docLang?: string | null }) {
  if (queryLang == null && docLang == null) return undefined;
  if (queryLang == null || docLang == null)
    throw badInput('input', 'queryLang and docLang say together what one data set is; give both or neither');
  for (const tag of [queryLang, docLang])
    if (!language.safeParse(tag).success)
      throw badInput('input', `"${tag.slice(0, 40)}" is no language; use a BCP 47 tag such as "ko" or "en"`);
  return { queryLang, docLang };
}
