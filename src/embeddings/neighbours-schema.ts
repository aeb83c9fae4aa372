import { builder } from '#src/api/builder.ts';
import { withSet } from './delete.ts';
import { type Agreement, compareNeighbours, type Figure, type Neighbours } from './neighbours.ts';

const FigureType = builder.objectRef<Figure>('AgreementFigure').implement({
  description:
    'A mean over texts, 0 to 1, with a 95 % bootstrap interval; texts of a unit are drawn together.',
  fields: (t) => ({
    value: t.exposeFloat('value'),
    ciLow: t.exposeFloat('ciLow'),
    ciHigh: t.exposeFloat('ciHigh'),
  }),
});

const AgreementInterface = builder.interfaceRef<Agreement>('NeighbourAgreement').implement({
  fields: (t) => ({
    sample: t.exposeInt('sample', { description: 'Texts asked about.' }),
    overlap: t.expose('overlap', {
      type: FigureType,
      description: 'Share of the k nearest in one set that are among the k nearest in the other.',
    }),
    rbo: t.expose('rbo', {
      type: FigureType,
      description: 'Rank-biased overlap (Webber, Moffat and Zobel 2010), extrapolated from k.',
    }),
  }),
});

const LanguageType = builder
  .objectRef<Agreement & { language: string }>('NeighbourAgreementOfLanguage')
  .implement({
    interfaces: [AgreementInterface],
    isTypeOf: (row) => 'language' in (row as object),
    fields: (t) => ({ language: t.exposeString('language') }),
  });

const NeighboursType = builder.objectRef<Neighbours>('Neighbours').implement({
  description: 'How far the neighbourhoods of two embedding sets of the same texts agree.',
  interfaces: [AgreementInterface],
  isTypeOf: (row) => 'languages' in (row as object),
  fields: (t) => ({
    unanswered: t.exposeInt('unanswered', {
      description: 'Texts whose vector is zero in one of the sets; in no figure.',
    }),
    languages: t.expose('languages', {
      type: [LanguageType],
      description: 'By the language of the text asked about.',
    }),
  }),
});

const NeighboursMode = builder.enumType('NeighboursMode', { values: ['AUTO', 'EXACT'] as const });

const NeighboursInputType = builder.inputType('NeighboursInput', {
  fields: (t) => ({
    a: t.string({ required: true, description: 'An embedding set.' }),
    b: t.string({ required: true, description: 'Another, of the same texts by another model.' }),
    k: t.int({ defaultValue: 10 }),
    sample: t.int({ defaultValue: 100, description: 'Units drawn, all of whose texts are asked about.' }),
    seed: t.int({ defaultValue: 0 }),
    p: t.float({ defaultValue: 0.9, description: "RBO's persistence." }),
    queryLang: t.string({ description: 'Ask about texts of this language alone.' }),
    docLang: t.string({ description: 'Look for neighbours among texts of this language alone.' }),
    mode: t.field({
      type: NeighboursMode,
      defaultValue: 'AUTO',
      description: 'AUTO searches as `search` does; what an index misses counts as disagreement.',
    }),
  }),
});

builder.queryField('neighbours', (t) =>
  t.field({
    type: NeighboursType,
    args: { input: t.arg({ type: NeighboursInputType, required: true }) },
    resolve: (_root, { input }, { lab }) =>
      withSet(lab, input.a, 'input.a', (a) =>
        withSet(lab, input.b, 'input.b', (b) =>
          compareNeighbours(lab, [a, b], {
            ...{ k: input.k!, sample: input.sample!, seed: input.seed!, p: input.p!, mode: input.mode! },
            ...{ queryLang: input.queryLang ?? null, docLang: input.docLang ?? null },
          }),
        ),
      ),
  }),
);
