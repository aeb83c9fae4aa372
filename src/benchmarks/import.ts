import { builder } from '#src/api/builder.ts';
import { allowedPath } from '#src/artifacts/source.ts';
import { treeDigest } from '#src/artifacts/tree.ts';
import { ImportRunType } from '#src/corpora/import.ts';
import { launchFields, launchRun } from '#src/runs/mutation.ts';
import { beirFiles, beirLayout } from './beir.ts';

const ImportBenchmarkInput = builder.inputType('ImportBenchmarkInput', {
  fields: (t) => ({
    ...launchFields(t, 'the benchmark'),
    path: t.string({
      required: true,
      description:
        'A folder in BEIR layout, one folder per direction: ko-en/{corpus.jsonl,queries.jsonl,qrels/test.tsv}, query language first.',
    }),
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
      const digest = await treeDigest(source, { files: beirFiles(await beirLayout(source, input.split!)) });
      return launchRun(context, input, {
        kind: 'IMPORT',
        params: {
          target: 'BENCHMARK',
          split: input.split!,
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
