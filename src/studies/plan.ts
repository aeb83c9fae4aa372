import { badInput, UserError } from '#src/errors.ts';
import { methodSpec } from '#src/recipes/merging.ts';
import {
  compositionsOf,
  gridSize,
  type NamedComposition,
  overSources,
  type StudyComponent,
} from './compositions.ts';
import { mergesOf, sweepSize, unionOf } from './merges.ts';
import type { StudySettings, StudySpec } from './spec.ts';

/**
 * From a study's specification to its steps: pure, so that a plan can be looked at, counted and compared before
 * anything is launched. A step's input is that of the mutation which launches it; where a model does not exist yet it
 * holds a `Made` naming the step that makes it.
 */
export interface Step {
  key: string;
  kind: 'TRAINING' | 'MERGE' | 'EVALUATION';
  input: Record<string, unknown>;
  /** Keys of the steps whose models it needs. */
  after: string[];
  cell: Cell;
}

export interface Made {
  $made: string;
}
export const isMade = (value: unknown): value is Made =>
  typeof value === 'object' && value !== null && '$made' in value;

/** Where a system stands in the grid: what rows of the study's table are grouped and named by. */
export interface Cell {
  /** BASELINE: bm25. All others: models. */
  role: 'BASELINE' | 'BASE' | 'COMPOSITION' | 'UNION' | 'MERGE';
  base: string | null;
  /** Name of the composition, union or merge. */
  name: string;
  factors: Factors;
  seed: number | null;
  /** Of an evaluation: the ref of the benchmark. */
  benchmark?: string;
}
type Factors = Record<string, string | number>;

export const mostSteps = 5000;

/** A system of the grid: what makes it, and how inputs refer to it. */
interface Planned {
  cell: Cell;
  model: Made | string;
  after: string[];
}

export function planStudy(spec: StudySpec): Step[] {
  refuseTooMany(spec);
  const compositions = compositionsOf(spec);
  const merges = mergesOf(spec, compositions);
  const steps: Step[] = [];
  const names = new Set<string>();
  const add = (kind: Step['kind'], cell: Cell, after: string[], input: (key: string) => object): Planned => {
    const key = keyOf(spec, cell);
    const name = modelName(spec, cell);
    if (names.has(name))
      throw badInput(
        'name',
        `two models of the study would be called "${name}"; bases, compositions and merges need different names`,
      );
    names.add(name);
    steps.push({ key, kind, cell, after, input: { name, ...input(key) } });
    return { cell, model: { $made: key }, after: [key] };
  };

  const bases = spec.bases.map((base) => planBase(spec, base, add));
  const grid = bases.flatMap((base) =>
    factorsOf(spec).flatMap((factors) =>
      spec.seeds.flatMap((seed) => planCells(spec, { base, factors, seed }, compositions, merges, add)),
    ),
  );
  const bm25: Planned = {
    cell: { role: 'BASELINE', base: null, name: 'bm25', factors: {}, seed: null },
    model: 'bm25',
    after: [],
  };
  const { directions, metrics, depth } = spec.evaluation;
  for (const { cell, model, after } of [...(spec.evaluation.bm25 ? [bm25] : []), ...bases, ...grid])
    for (const benchmark of benchmarksOf(spec))
      steps.push({
        key: `evaluate/${keyOf(spec, cell)}/${benchmark}`,
        kind: 'EVALUATION',
        input: {
          models: [model],
          benchmarks: [benchmark],
          metrics,
          depth,
          ...(directions && { directions }),
        },
        after,
        cell: { ...cell, benchmark },
      });
  return steps;
}

type Add = (kind: Step['kind'], cell: Cell, after: string[], input: (key: string) => object) => Planned;

function planBase(spec: StudySpec, base: StudySpec['bases'][number], add: Add): Planned {
  const cell: Cell = { role: 'BASE', base: base.name, name: base.name, factors: {}, seed: null };
  if (base.model) return { cell, model: base.model, after: [] };
  const components = base.components ?? overSources(base.sources ?? spec.sources, base.directions!);
  if (components.length === 0)
    throw badInput('sources', `base "${base.name}" is trained, and the study names no sources`);
  return add('TRAINING', cell, [], () => ({
    init: base.init,
    composition: { components },
    ...spec.training,
    ...base.training,
    seed: base.seed ?? spec.seeds[0],
  }));
}

interface Place {
  base: Planned;
  factors: Factors;
  seed: number;
}

/** One base, one setting of the factors, one seed: every composition, every merge over them, every union. */
function planCells(
  spec: StudySpec,
  { base, factors, seed }: Place,
  compositions: NamedComposition[],
  merges: ReturnType<typeof mergesOf>,
  add: Add,
): Planned[] {
  const cell = (role: Cell['role'], name: string): Cell => ({
    role,
    base: base.cell.base,
    name,
    factors,
    seed,
  });
  const train = (role: 'COMPOSITION' | 'UNION', { name, components }: NamedComposition, times: number) =>
    add('TRAINING', cell(role, name), base.after, () =>
      training(spec, base.model, components, factors, seed, times),
    );
  const trained = new Map(compositions.map((c) => [c.name, train('COMPOSITION', c, 1)]));
  const made = [...trained.values()];
  const unions = new Set<string>();
  for (const { name, method, of, base: from, each, parameters } of merges) {
    const named = (member: string) => (member === 'BASE' ? base : trained.get(member)!);
    const needed = [...of, ...(from ? [from] : [])].map(named);
    const after = [...new Set(needed.flatMap((planned) => planned.after))];
    made.push(
      add('MERGE', cell('MERGE', name), after, () => ({
        method,
        ...(from && { base: named(from).model }),
        models: of.map((member, i) => ({ model: named(member).model, ...each[i] })),
        // Random masks are drawn anew for every seed, so that their luck is part of the spread.
        ...('seed' in methodSpec(method).parameters && { seed }),
        ...parameters,
      })),
    );

    const parts = compositions.filter((c) => of.includes(c.name));
    if (spec.union === 'OFF' || parts.length < 2) continue;
    const union = unionOf(parts);
    if (unions.has(union.name)) continue;
    unions.add(union.name);
    made.push(train('UNION', union, spec.union === 'SUM_STEPS' ? parts.length : 1));
  }
  return made;
}

function training(
  spec: StudySpec,
  model: Made | string,
  components: StudyComponent[],
  { parallelNegatives, batching, ...varied }: Factors,
  seed: number,
  times: number,
) {
  const settings: StudySettings = { ...spec.training, ...varied };
  return {
    init: { model },
    composition: {
      components,
      ...(parallelNegatives && { parallelNegatives }),
      ...(batching && { batching }),
    },
    ...settings,
    ...(settings.steps !== undefined && { steps: settings.steps * times }),
    ...(settings.epochs !== undefined && { epochs: settings.epochs * times }),
    seed,
  };
}

export const benchmarksOf = ({ evaluation }: StudySpec) => [
  ...new Set([...evaluation.selection, ...evaluation.benchmarks]),
];

/** Every combination of factor values. */
function factorsOf({ factors }: StudySpec): Factors[] {
  return Object.entries(factors).reduce<Factors[]>(
    (sofar, [name, values]) =>
      values ? sofar.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))) : sofar,
    [{}],
  );
}

/** `cross/s1`; the base and the factors are in it where there are several. */
export function keyOf(spec: StudySpec, cell: Cell): string {
  const { role, name, seed } = cell;
  if (role === 'BASELINE') return name;
  if (role === 'BASE') return `base/${name}`;
  const [base, factors] = placeOf(spec, cell);
  return [...base, ...(role === 'MERGE' ? ['merge'] : []), name, ...factors, `s${seed}`].join('/');
}

/**
 * What people call the model: `paper/cross`, and `paper/cross/s2` of a further seed. The first seed goes without a
 * number, so that a study of one seed has plain names, and keeps them when it grows.
 */
function modelName(spec: StudySpec, cell: Cell): string {
  const { role, name, seed } = cell;
  const [base, factors] = role === 'BASE' ? [[], []] : placeOf(spec, cell);
  const further = role === 'BASE' || seed === spec.seeds[0] ? [] : [`s${seed}`];
  return [spec.name, ...base, name, ...factors, ...further].join('/');
}

/** The base and the factors, each where there are several. */
function placeOf(spec: StudySpec, { base, factors }: Cell): [base: string[], factors: string[]] {
  const several = (factor: string) => (spec.factors[factor as keyof typeof spec.factors]?.length ?? 0) > 1;
  return [
    spec.bases.length > 1 ? [base!] : [],
    Object.entries(factors).flatMap(([factor, value]) => (several(factor) ? [`${factor}-${value}`] : [])),
  ];
}

/** Multiplied before anything is spelled out: a slip of the hand should cost a message and not a process. */
function refuseTooMany(spec: StudySpec) {
  const each = spec.languages.length ** 2;
  const sizes: Record<string, number> = { PAPER: each + 3, DIRECTIONS: each };
  const compositions = spec.compositions
    .map((c) => (typeof c === 'string' ? (sizes[c] ?? 1) : 'grid' in c ? gridSize(c.grid) : 1))
    .reduce((sum, n) => sum + n, 0);
  const factors = Object.values(spec.factors).reduce((product, values) => product * (values?.length ?? 1), 1);
  const merges = spec.merges.reduce(
    (sum, merge) =>
      sum +
      sweepSize(merge) *
        (merge.of === 'PAIRS'
          ? (compositions * (compositions - 1)) / 2
          : merge.of === 'EACH'
            ? compositions
            : 1),
    0,
  );
  const models =
    spec.bases.length *
    factors *
    spec.seeds.length *
    (compositions + merges * (spec.union === 'OFF' ? 1 : 2));
  const benchmarks = benchmarksOf(spec).length;
  const steps = models * (1 + benchmarks);
  if (steps <= mostSteps) return;
  const count = steps.toLocaleString('en');
  throw new UserError(
    'LIMIT_EXCEEDED',
    `the study would have about ${count} runs: ${spec.bases.length} bases x ${factors} factor settings x ${spec.seeds.length} seeds x (${compositions} compositions + ${merges} merges), each on ${benchmarks} benchmarks; the limit is ${mostSteps.toLocaleString('en')}, so cut the grid`,
    [{ path: 'compositions', message: `about ${count} runs` }],
  );
}
