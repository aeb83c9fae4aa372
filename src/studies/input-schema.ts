import { builder } from '#src/api/builder.ts';
import { DirectionInput } from '#src/evaluation/launch.ts';
import { eachNumbers, MergeMethodEnum, wholeFields } from '#src/models/merge-input.ts';
import {
  BatchingEnum,
  BertInput,
  ComponentInput,
  DistillationInput,
  FreezeInput,
  MatryoshkaInput,
  PairingEnum,
  ParallelNegativesEnum,
  ScheduleEnum,
  StaticInput,
} from '#src/models/training.ts';
import { mergeGroups, presets, unions } from './spec.ts';

/** GraphQL's form of src/studies/spec.ts, where every field is described. */
const PresetEnum = builder.enumType('StudyPreset', { values: presets });
const UnionEnum = builder.enumType('StudyUnion', { values: unions });
const GroupEnum = builder.enumType('StudyMergeGroup', { values: mergeGroups });

const SourceInput = builder.inputType('StudySourceInput', {
  description: 'Where pairs come from.',
  fields: (t) => ({
    corpus: t.string({ required: true }),
    pairing: t.field({ type: PairingEnum }),
    share: t.float(),
  }),
});

const TrainingDirectionInput = builder.inputType('StudyDirectionInput', {
  fields: (t) => ({
    queryLang: t.string({ required: true }),
    positiveLang: t.string({ required: true }),
    share: t.float(),
  }),
});

const SettingsInput = builder.inputType('StudyTrainingInput', {
  description: 'As in LaunchTrainingInput, for every training of the study.',
  fields: (t) => ({
    steps: t.int(),
    epochs: t.float(),
    batchSize: t.int(),
    temperature: t.float(),
    learningRate: t.float(),
    warmupSteps: t.int(),
    schedule: t.field({ type: ScheduleEnum }),
    weightDecay: t.float(),
    clipNorm: t.float(),
    maxQueryLength: t.int(),
    maxPassageLength: t.int(),
    checkpointEvery: t.int(),
    symmetric: t.boolean(),
    accumulate: t.int(),
    miniBatch: t.int(),
    freeze: t.field({ type: FreezeInput }),
    matryoshka: t.field({ type: [MatryoshkaInput] }),
    distillation: t.field({ type: DistillationInput }),
  }),
});

const BaseInitInput = builder.inputType('StudyInitInput', {
  isOneOf: true,
  fields: (t) => ({ static: t.field({ type: StaticInput }), bert: t.field({ type: BertInput }) }),
});

const BaseInput = builder.inputType('StudyBaseInput', {
  description: 'A model that exists, or one that the study trains first.',
  fields: (t) => ({
    name: t.string({ required: true }),
    model: t.string(),
    init: t.field({ type: BaseInitInput }),
    directions: t.field({ type: [TrainingDirectionInput], description: 'Drawn from the sources.' }),
    components: t.field({ type: [ComponentInput], description: 'Instead of directions.' }),
    sources: t.field({ type: [SourceInput] }),
    training: t.field({ type: SettingsInput }),
    seed: t.int(),
  }),
});

const OwnCompositionInput = builder.inputType('StudyOwnCompositionInput', {
  fields: (t) => ({
    name: t.string({ required: true }),
    directions: t.field({ type: [TrainingDirectionInput] }),
    components: t.field({ type: [ComponentInput] }),
  }),
});

const GridAxisInput = builder.inputType('StudyGridAxisInput', {
  fields: (t) => ({
    queryLang: t.string({ required: true }),
    positiveLang: t.string({ required: true }),
    shares: t.floatList({ required: true }),
  }),
});

const CompositionsInput = builder.inputType('StudyCompositionInput', {
  isOneOf: true,
  fields: (t) => ({
    preset: t.field({ type: PresetEnum, description: 'PAPER: every direction alone, mono, cross and all.' }),
    own: t.field({ type: OwnCompositionInput }),
    grid: t.field({ type: [GridAxisInput], description: 'Every combination of shares.' }),
  }),
});

const FactorsInput = builder.inputType('StudyFactorsInput', {
  description: 'Every combination of these values is run.',
  fields: (t) => ({
    parallelNegatives: t.field({ type: [ParallelNegativesEnum] }),
    batching: t.field({ type: [BatchingEnum] }),
    temperature: t.floatList(),
    learningRate: t.floatList(),
    steps: t.intList(),
    batchSize: t.intList(),
  }),
});

const MergeOfInput = builder.inputType('StudyMergeOfInput', {
  isOneOf: true,
  fields: (t) => ({
    group: t.field({ type: GroupEnum }),
    names: t.stringList({ description: 'Names of compositions; BASE is the base model.' }),
  }),
});

const MergeEachInput = builder.inputType('StudyMergeEachInput', {
  description: 'Parameters of one model.',
  fields: (t) => ({ weight: t.float(), ...eachNumbers(t) }),
});

const MergeParametersInput = builder.inputType('StudyMergeParametersInput', {
  description: 'Parameters of the method, for all models; mergeMethods has them.',
  fields: (t) => ({ ...eachNumbers(t), ...wholeFields(t) }),
});

const SweepAxisInput = builder.inputType('StudySweepAxisInput', {
  description: 'Values of one parameter, or lists of weights.',
  fields: (t) => ({
    parameter: t.string(),
    values: t.floatList(),
    weights: t.field({ type: t.listRef(t.listRef('Float')) }),
  }),
});

const StudyMergeInput = builder.inputType('StudyMergeInput', {
  fields: (t) => ({
    name: t.string(),
    method: t.field({ type: MergeMethodEnum, description: 'LINEAR when left out.' }),
    of: t.field({ type: MergeOfInput, required: true }),
    withBase: t.boolean({ description: 'Merge the base model too.' }),
    base: t.string({
      description: 'A composition or BASE, which methods that need a base get when it is left out.',
    }),
    weights: t.floatList(),
    each: t.field({ type: [MergeEachInput], description: 'In the order of the models.' }),
    parameters: t.field({ type: MergeParametersInput }),
    sweep: t.field({ type: [SweepAxisInput], description: 'One merge for every combination of values.' }),
  }),
});

const EvaluationInput = builder.inputType('StudyEvaluationInput', {
  fields: (t) => ({
    benchmarks: t.stringList({ required: true }),
    selection: t.stringList({ description: 'Benchmarks that choices are made on.' }),
    directions: t.field({ type: [DirectionInput] }),
    metrics: t.stringList(),
    depth: t.int(),
    bm25: t.boolean(),
  }),
});

const SpecInput = builder.inputType('StudySpecInput', {
  fields: (t) => ({
    name: t.string({ required: true }),
    description: t.string(),
    languages: t.stringList({ required: true }),
    sources: t.field({ type: [SourceInput] }),
    bases: t.field({ type: [BaseInput], required: true }),
    compositions: t.field({ type: [CompositionsInput], required: true }),
    factors: t.field({ type: FactorsInput }),
    training: t.field({ type: SettingsInput, required: true }),
    seeds: t.intList(),
    merges: t.field({ type: [StudyMergeInput] }),
    union: t.field({ type: UnionEnum }),
    evaluation: t.field({ type: EvaluationInput, required: true }),
  }),
});

export const StudyInput = builder.inputType('StudyInput', {
  description: 'The same thing in two forms; docs/studies.md explains it.',
  isOneOf: true,
  fields: (t) => ({ yaml: t.string(), spec: t.field({ type: SpecInput }) }),
});
