import { builder } from '#src/api/builder.ts';
import { conventionNames, missingQueries } from './convention.ts';
import { criteria } from './criterion.ts';
import { pools } from './pool.ts';
import { clusters, intervals } from './resampling.ts';

const described = <K extends string>(values: readonly K[], texts: Record<K, string>) =>
  Object.fromEntries(values.map((value) => [value, { description: texts[value] }])) as {
    [V in K]: { description: string };
  };

export const PoolEnum = builder.enumType('Pool', {
  description: 'What a query is searched in.',
  values: described(pools, {
    MONO: "The documents of the query's language.",
    CROSS: 'The documents of one other language.',
    MIXED_PARALLEL: 'The documents of all languages, relevant in each; its document language is "mul".',
    MIXED_DISTRACTOR:
      'Relevant documents in one language, all others in the other languages and without the translations of the relevant ones.',
  }),
});

export const ConventionEnum = builder.enumType('Convention', {
  description: 'Whose numbers the scores are: precision, ties, gains, missing queries (docs/evaluation.md).',
  values: described(conventionNames, {
    TREC_EVAL_9: 'trec_eval 9 and pytrec_eval: scores as 32-bit floats, ties by document descending.',
    TREC_EVAL_10: 'trec_eval 10: scores as 64-bit floats; a query without a ranking is an error.',
    BEIR: "BEIR 2.2: pytrec_eval without a query's own document; RR by the order of the run.",
    MTEB: 'MTEB 2.26: pytrec_eval; RR by 64-bit scores.',
    SENTENCE_TRANSFORMERS:
      "sentence-transformers 6.2, InformationRetrievalEvaluator: relevance is yes or no, AP's divisor stops at the cut.",
    RANX: 'ranx 0.3: ties in the order of the run; a query without a ranking is an error.',
  }),
});

export const MissingQueriesEnum = builder.enumType('MissingQueries', {
  description: 'Judged queries without a ranking.',
  values: described(missingQueries, {
    SKIP: 'They are left out of the mean.',
    ZERO: "They count as 0: trec_eval's -c.",
    REFUSE: 'They fail the run.',
  }),
});

export const IntervalEnum = builder.enumType('IntervalMethod', {
  description: 'How a 95 % interval is made of bootstrap resamples.',
  values: described(intervals, {
    PERCENTILE: 'The middle 95 % of them (Efron 1979).',
    BCA: 'Bias-corrected and accelerated (Efron 1987): for skewed measures and few queries.',
  }),
});

export const ClusterEnum = builder.enumType('ClusterBy', {
  description: 'What is drawn with replacement in a bootstrap.',
  values: described(clusters, {
    QUERY: 'Queries, each by itself; a query and its translations are one.',
    PASSAGE: 'Queries that share a relevant document, over any number of steps, together.',
    GROUP: 'Queries of one group together, where the benchmark has groups.',
  }),
});

export const CriterionEnum = builder.enumType('Criterion', {
  description: 'What the best of several systems is best by.',
  values: described(criteria, {
    MEAN: 'The mean of Mono and CLIR.',
    MIN: 'The lesser of the two.',
    MONO: 'The mean over the directions within a language.',
    CLIR: 'The mean over the directions across languages.',
  }),
});
