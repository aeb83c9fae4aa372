import { builder } from '#src/api/builder.ts';
import { allowedPath, oneSource } from '#src/artifacts/source.ts';
import { hashFile } from '#src/artifacts/store.ts';
import { checkName, resolveRef } from '#src/names/ref.ts';
import { given, launchRun } from '#src/runs/mutation.ts';
import { MissingQueriesEnum } from './enums.ts';
import { checkDirection, defaultMetrics, EvaluationRunType, scoringFields } from './launch.ts';
import { measureName, parseRunMeasures } from './measures.ts';
import { foreignSystem } from './system.ts';

const ScoreRankingInput = builder.inputType('ScoreRankingInput', {
  fields: (t) => ({
    system: t.string({
      required: true,
      description: 'A name for what made the ranking; scores and compare call it "run:" and this name.',
    }),
    artifact: t.field({
      type: 'Digest',
      description: 'An uploaded TREC run file, plain or gzip (PUT /artifacts).',
    }),
    path: t.string({ description: 'A TREC run file in a folder that imports may read from.' }),
    benchmark: t.string({ required: true }),
    queryLang: t.string({ required: true }),
    docLang: t.string({ required: true }),
    metrics: t.stringList({ defaultValue: defaultMetrics }),
    missingQueries: t.field({
      type: MissingQueriesEnum,
      description: "When left out, what the convention's tool does.",
    }),
    ...scoringFields(t),
  }),
});

builder.mutationField('scoreRanking', (t) =>
  t.field({
    type: EvaluationRunType,
    description:
      'Scores a ranking made elsewhere: lines of query, Q0, document, rank, score and tag, for one direction of a benchmark.',
    args: { input: t.arg({ type: ScoreRankingInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      oneSource(input);
      const { pool } = context.lab.db;
      const system = foreignSystem(checkName(input.system, 'input.system'));
      const benchmark = await resolveRef(pool, 'BENCHMARK', input.benchmark, 'input.benchmark');
      const { queryLang, docLang } = input;
      await checkDirection(context, benchmark, input.benchmark, { queryLang, docLang }, 'input');
      const { convention, missingQueries, interval, cluster } = given(input);
      const params = {
        systems: [system],
        directions: [{ queryLang, docLang }],
        metrics: parseRunMeasures(input.metrics!, 'input.metrics').map(measureName),
        ...given({ convention, missingQueries, interval, cluster }),
        bootstrap: input.bootstrap!,
        seed: input.seed!,
      };
      const source =
        input.path == null
          ? undefined
          : await allowedPath(context.config.importFolders, input.path, 'file', 'input.path');
      const digest = source
        ? (await hashFile(source)).digest
        : await resolveRef(pool, 'ARTIFACT', input.artifact!, 'input.artifact');
      return launchRun(
        context,
        { name: input.system, force: input.force, onExisting: 'NEW_VERSION' },
        {
          kind: 'EVALUATION',
          params,
          inputs: [
            { role: 'benchmark', digest: benchmark },
            { role: 'source', digest },
          ],
          used: [
            { kind: 'BENCHMARK', digest: benchmark, role: 'benchmark' },
            ...(source ? [] : [{ kind: 'ARTIFACT' as const, digest, role: 'source' }]),
          ],
          makes: null,
          ...(source && { hints: { source } }),
        },
      );
    },
  }),
);
