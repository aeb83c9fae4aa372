import { builder } from '#src/api/builder.ts';
import { allowedPath } from '#src/artifacts/source.ts';
import { treeDigest } from '#src/artifacts/tree.ts';
import { ImportRunType } from '#src/corpora/import.ts';
import { badInput, UserError } from '#src/errors.ts';
import { resolveRef } from '#src/names/ref.ts';
import { hubModel } from '#src/recipes/kinds.ts';
import { given, launchFields, launchRun } from '#src/runs/mutation.ts';
import { outputOf } from '#src/runs/types.ts';
import { hubRevision } from './hub.ts';
import { ModelType } from './schema.ts';
import { modelSources } from './source-files.ts';

builder.objectFields(ImportRunType, (t) => ({
  model: t.field({
    type: ModelType,
    nullable: true,
    resolve: (run, _args, context) => outputOf(context, run, 'MODEL'),
  }),
}));

const PoolingEnum = builder.enumType('ImportedPooling', {
  description: "How a sentence's vector is made of its tokens' vectors.",
  values: ['MEAN', 'CLS', 'MAX'] as const,
});

const HubModelInput = builder.inputType('HubModelInput', {
  fields: (t) => ({
    id: t.string({ required: true, description: 'Such as intfloat/multilingual-e5-small.' }),
    revision: t.string({
      defaultValue: 'main',
      description: 'Branch, tag or commit; the run is pinned to the commit that it is now.',
    }),
  }),
});

const PromptsInput = builder.inputType('PromptsInput', {
  fields: (t) => ({
    query: t.string({ description: 'Put before every query, with its space at the end: "query: ".' }),
    passage: t.string({ description: 'Put before every passage and document.' }),
  }),
});

const ImportModelInput = builder.inputType('ImportModelInput', {
  description:
    'Exactly one of path, artifact and hub. Read are folders of sentence-transformers, transformers (BERT, RoBERTa, XLM-RoBERTa) and model2vec; weights as safetensors only.',
  fields: (t) => ({
    ...launchFields(t, 'the model'),
    path: t.string({ description: 'A model folder in a folder that imports may read from.' }),
    artifact: t.field({
      type: 'Digest',
      description: 'An uploaded archive of a model folder: zip, tar or tar.gz (PUT /artifacts).',
    }),
    hub: t.field({ type: HubModelInput, description: 'A model of the Hugging Face Hub (or HF_ENDPOINT).' }),
    pooling: t.field({
      type: PoolingEnum,
      description: 'For a folder without modules.json, which does not say it; MEAN when left out.',
    }),
    normalize: t.boolean({
      description: 'For a folder without modules.json: whether vectors get length 1; false when left out.',
    }),
    prompts: t.field({
      type: PromptsInput,
      description: 'In place of those that config_sentence_transformers.json has, if any.',
    }),
  }),
});

builder.mutationField('importModel', (t) =>
  t.field({
    type: ImportRunType,
    description: 'Reads a pretrained encoder: weights become fp32 safetensors, the folder our own layout.',
    args: { input: t.arg({ type: ImportModelInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const { path, artifact, hub, pooling, normalize, prompts } = given(input);
      if ([path, artifact, hub].filter((source) => source !== undefined).length !== 1) {
        const message = 'give exactly one of path, artifact (an uploaded archive) and hub';
        throw new UserError('BAD_USER_INPUT', message, [{ path: 'input', message }]);
      }
      const common = {
        kind: 'IMPORT' as const,
        makes: 'MODEL' as const,
        params: {
          target: 'MODEL' as const,
          ...{ pooling, normalize },
          prompts: prompts && given(prompts),
        },
        used: [],
      };
      if (hub) {
        const { id } = hub;
        if (!hubModel.shape.id.safeParse(id).success)
          throw badInput(
            'input.hub.id',
            `"${id.slice(0, 100)}" is not a model id such as intfloat/multilingual-e5-small`,
          );
        const { commit } = await hubRevision(context.config.hub, id, hub.revision ?? 'main');
        return launchRun(context, input, {
          ...common,
          params: { ...common.params, hub: { id, commit } },
          inputs: [],
        });
      }
      if (artifact !== undefined) {
        const digest = await resolveRef(context.lab.db.pool, 'ARTIFACT', artifact, 'input.artifact');
        return launchRun(context, input, {
          ...common,
          inputs: [{ role: 'source', digest }],
          used: [{ kind: 'ARTIFACT', digest, role: 'source' }],
        });
      }
      const source = await allowedPath(context.config.importFolders, path!, 'folder', 'input.path');
      const digest = await treeDigest(source, { files: await modelSources(source) });
      return launchRun(context, input, {
        ...common,
        inputs: [{ role: 'source', digest }],
        hints: { source },
      });
    },
  }),
);
