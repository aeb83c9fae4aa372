import { builder } from '#src/api/builder.ts';
import { badInput } from '#src/errors.ts';
import { resolveRef } from '#src/names/ref.ts';
import { tokenizerAlgorithms } from '#src/recipes/kinds.ts';
import { given, launchFields, launchRun } from '#src/runs/mutation.ts';
import { outputOf, runType } from '#src/runs/types.ts';
import { TokenizerType } from './schema.ts';

const TokenizerRunType = runType('TOKENIZER', 'Trains a tokenizer from corpora.');
builder.objectFields(TokenizerRunType, (t) => ({
  tokenizer: t.field({
    type: TokenizerType,
    nullable: true,
    resolve: (run, _args, context) => outputOf(context, run, 'TOKENIZER'),
  }),
}));

const AlgorithmEnum = builder.enumType('TokenizerAlgorithm', { values: tokenizerAlgorithms });

const TrainTokenizerInput = builder.inputType('TrainTokenizerInput', {
  fields: (t) => ({
    ...launchFields(t, 'the tokenizer'),
    corpora: t.stringList({ required: true, description: 'Refs of the corpora it is trained on.' }),
    algorithm: t.field({ type: AlgorithmEnum, defaultValue: 'BPE' }),
    vocabSize: t.int({ defaultValue: 16_384 }),
    lowercase: t.boolean({ defaultValue: true }),
    languages: t.stringList({ description: 'Languages whose texts are used; all when left out.' }),
  }),
});

builder.mutationField('trainTokenizer', (t) =>
  t.field({
    type: TokenizerRunType,
    args: { input: t.arg({ type: TrainTokenizerInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      if (input.corpora.length === 0) throw badInput('input.corpora', 'name at least one corpus');
      const digests = await Promise.all(
        input.corpora.map((ref, i) => resolveRef(context.lab.db.pool, 'CORPUS', ref, `input.corpora[${i}]`)),
      );
      const { algorithm, vocabSize, lowercase, languages } = given(input);
      return launchRun(context, input, {
        kind: 'TOKENIZER',
        params: { algorithm: algorithm!, vocabSize: vocabSize!, lowercase: lowercase!, languages },
        inputs: digests.map((digest) => ({ role: 'corpus', digest })),
        used: digests.map((digest) => ({ kind: 'CORPUS', digest, role: 'corpus' })),
        makes: 'TOKENIZER',
      });
    },
  }),
);
