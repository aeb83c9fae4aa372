import { builder } from '#src/api/builder.ts';
import { allowedPath, oneSource } from '#src/artifacts/source.ts';
import { hashFile } from '#src/artifacts/store.ts';
import { BenchmarkType } from '#src/benchmarks/schema.ts';
import { resolveRef } from '#src/names/ref.ts';
import { given, launchFields, launchRun } from '#src/runs/mutation.ts';
import { outputOf, runType } from '#src/runs/types.ts';
import { checkMapping, type Mapping } from './mapping.ts';
import { CorpusType } from './schema.ts';

export const ImportRunType = runType('IMPORT', 'Reads a corpus, a benchmark or a model into the laboratory.');
builder.objectFields(ImportRunType, (t) => ({
  corpus: t.field({
    type: CorpusType,
    nullable: true,
    resolve: (run, _args, context) => outputOf(context, run, 'CORPUS'),
  }),
  benchmark: t.field({
    type: BenchmarkType,
    nullable: true,
    resolve: (run, _args, context) => outputOf(context, run, 'BENCHMARK'),
  }),
}));

const FieldInput = builder.inputType('FieldInput', {
  description: 'A field of the source records and the language its text is in.',
  fields: (t) => ({ language: t.string({ required: true }), field: t.string({ required: true }) }),
});

const ParaphraseFieldsInput = builder.inputType('ParaphraseFieldsInput', {
  fields: (t) => ({
    language: t.string({ required: true, description: 'Field that holds the language.' }),
    first: t.string({ required: true }),
    second: t.string({ required: true }),
  }),
});

const MappingInput = builder.inputType('MappingInput', {
  description:
    'How records of a foreign JSONL file become units. Fields not named here are kept as attributes.',
  fields: (t) => ({
    id: t.string({ defaultValue: 'id' }),
    doc: t.string({ description: 'Field with the name of the document a unit is part of.' }),
    source: t.string(),
    texts: t.field({ type: [FieldInput], description: 'Segments: a text per language.' }),
    query: t.field({ type: [FieldInput], description: 'Pairs: the query per language.' }),
    passage: t.field({ type: [FieldInput] }),
    negatives: t.field({
      type: [FieldInput],
      description: 'Pairs: hard negatives, one text or a list of texts per language.',
    }),
    paraphrase: t.field({ type: ParaphraseFieldsInput }),
  }),
});

const ImportCorpusInput = builder.inputType('ImportCorpusInput', {
  fields: (t) => ({
    ...launchFields(t, 'the corpus'),
    artifact: t.field({
      type: 'Digest',
      description: 'An uploaded JSONL file, plain or gzip (PUT /artifacts).',
    }),
    path: t.string({ description: 'A JSONL file in a folder that imports may read from.' }),
    mapping: t.field({ type: MappingInput }),
  }),
});

builder.mutationField('importCorpus', (t) =>
  t.field({
    type: ImportRunType,
    args: { input: t.arg({ type: ImportCorpusInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      oneSource(input);
      const mapping = input.mapping && given(input.mapping);
      if (mapping) checkMapping(mapping as Mapping, 'input.mapping');
      const params = { target: 'CORPUS' as const, ...(mapping && { mapping }) };
      if (input.path != null) {
        const source = await allowedPath(context.config.importFolders, input.path, 'file', 'input.path');
        const { digest } = await hashFile(source);
        return launchRun(context, input, {
          kind: 'IMPORT',
          params,
          inputs: [{ role: 'source', digest }],
          used: [],
          makes: 'CORPUS',
          hints: { source },
        });
      }
      const digest = await resolveRef(context.lab.db.pool, 'ARTIFACT', input.artifact!, 'input.artifact');
      return launchRun(context, input, {
        kind: 'IMPORT',
        params,
        inputs: [{ role: 'source', digest }],
        used: [{ kind: 'ARTIFACT', digest, role: 'source' }],
        makes: 'CORPUS',
      });
    },
  }),
);
