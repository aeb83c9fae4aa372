import type { FastifyInstance } from 'fastify';
import { execute, type GraphQLSchema, parse } from 'graphql';
import type { Context } from '#src/api/context.ts';
import { type Cell, escaped, htmlDocument, htmlTable, sendDocument } from '#src/api/document.ts';
import { userErrorOf } from '#src/api/errors.ts';
import { UserError } from '#src/errors.ts';
import type { ScoreRow } from '#src/evaluation/schema.ts';

const edge = '{ role kind digest weight }';
const query = parse(`query ($id: ID!) { run(id: $id) {
  id kind name status createdAt startedAt finishedAt recipeHash recipe environment error { message }
  inputs ${edge} outputs ${edge} verifications { at equal }
  ... on EvaluationRun { scores { system benchmark { ref } queryLang docLang metric value ciLow ciHigh queries } } } }`);

interface Edge {
  role: string;
  kind: string;
  digest: string;
  weight: number | null;
}
interface Shown {
  id: string;
  kind: string;
  name: string | null;
  status: string;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  recipeHash: string;
  recipe: unknown;
  environment: unknown;
  error: { message: string } | null;
  inputs: Edge[];
  outputs: Edge[];
  verifications: { at: Date; equal: boolean | null }[];
  scores?: (Omit<ScoreRow, 'benchmark'> & { benchmark: { ref: string } })[];
}

/** Address of a run's page, from its global id. */
export const runPage = (id: string) => `/runs/${encodeURIComponent(id)}`;

/** GET /runs/<id>: where a figure comes from, for people who follow a link in a report. */
export function runRoutes(app: FastifyInstance, schema: GraphQLSchema, context: Context) {
  app.get<{ Params: { id: string } }>('/runs/:id', async ({ params }, reply) => {
    const { data, errors } = await execute({
      schema,
      document: query,
      variableValues: { id: params.id },
      contextValue: { ...context },
    });
    if (errors?.length) throw userErrorOf(errors[0].originalError) ?? errors[0].originalError ?? errors[0];
    const { run } = data as unknown as { run: Shown | null };
    if (!run) throw new UserError('NOT_FOUND', `there is no run "${params.id.slice(0, 100)}"`);
    return sendDocument(reply, page(run));
  });
}

const edges = (title: string, list: Edge[]) =>
  list.length
    ? [
        `<h2>${title}</h2>`,
        htmlTable(
          ['role', 'kind', 'digest', 'weight'],
          list.map(({ role, kind, digest, weight }) => [
            role,
            kind,
            digest,
            weight === null ? '' : String(weight),
          ]),
          'TEXT',
        ),
      ]
    : [];

function page(run: Shown): string {
  const time = (at: Date | null) => (at ? new Date(at).toISOString() : '');
  const facts: Cell[][] = [
    ['kind', run.kind],
    ['status', run.status],
    ['id', run.id],
    ['recipe hash', run.recipeHash],
    ['launched', time(run.createdAt)],
    ['started', time(run.startedAt)],
    ['finished', time(run.finishedAt)],
    ...(run.error ? [['error', run.error.message]] : []),
    ...run.verifications.map(({ at, equal }) => [
      'made again',
      `${time(at)}: ${equal === null ? 'not finished' : equal ? 'same digests' : 'OTHER digests'}`,
    ]),
  ];
  const title = `${run.kind.toLowerCase()} run ${run.name ?? ''}`.trim();
  return htmlDocument(title, [
    `<h1>${escaped(title)}</h1>`,
    htmlTable([], facts, 'TEXT'),
    ...edges('Used', run.inputs),
    ...edges('Made', run.outputs),
    ...(run.scores?.length
      ? [
          '<h2>Scores</h2>',
          htmlTable(
            ['system', 'benchmark', 'query', 'documents', 'metric', 'value', '95 % low', 'high', 'queries'],
            run.scores.map((s) => [
              s.system,
              s.benchmark.ref,
              s.queryLang,
              s.docLang,
              s.metric,
              s.value.toFixed(4),
              s.ciLow?.toFixed(4) ?? '',
              s.ciHigh?.toFixed(4) ?? '',
              String(s.queries),
            ]),
          ),
        ]
      : []),
    '<h2>Recipe</h2>',
    `<pre>${escaped(JSON.stringify(run.recipe, null, 2))}</pre>`,
    '<h2>Where it was run</h2>',
    `<pre>${escaped(JSON.stringify(run.environment, null, 2))}</pre>`,
  ]);
}
