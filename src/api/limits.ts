import {
  type DocumentNode,
  type FieldNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { UserError } from '#src/errors.ts';
import { defaultPage } from './connection.ts';
import { checkLiterals, checkVariables } from './values.ts';

/**
 * What one operation may ask for, checked before validation and on every transport. graphql-js alone takes 1.9 s for
 * an 18-level fragment bomb of one kilobyte, and Apollo 8,000 aliases. A ready-made depth rule was tried and counted
 * 13 levels in a query of 7 with fragments, and duplicated fields not at all; so the cost below is ours: fragments
 * are memoised (a bomb costs a walk of its text), and a list multiplies by the page asked for.
 */
export const limits = {
  tokens: 2000,
  depth: 15,
  aliases: 30,
  directives: 30,
  /** Fields that may be resolved, lists counted by their page. */
  cost: 20_000,
  /** Characters of a query. */
  query: 100_000,
};

/** Lists without a page argument: most hold a handful. */
const plainList = 10;

export interface Request {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

/** Throws UserError (LIMIT_EXCEEDED or BAD_USER_INPUT) or graphql-js's syntax error. */
export function admit(schema: GraphQLSchema, { query, operationName, variables }: Request): DocumentNode {
  const document = parsed.get(query) ?? parseWithin(query);
  const measured = measure(schema, document, operationName ?? null, variables ?? {});
  for (const what of ['depth', 'aliases', 'directives', 'cost'] as const)
    if (measured[what] > limits[what]) throw exceeded(what, measured[what], limits[what]);
  checkVariables(variables ?? {});
  return document;
}

/** Programs ask the same few queries over and over. The oldest go first. */
const parsed = new Map<string, DocumentNode>();
const keptQueries = 200;
const longestKept = 4000;

function parseWithin(query: string): DocumentNode {
  if (query.length > limits.query) throw exceeded('characters of query', query.length, limits.query);
  try {
    const document = parse(query, { maxTokens: limits.tokens });
    checkLiterals(document);
    if (query.length <= longestKept) parsed.set(query, document);
    if (parsed.size > keptQueries) parsed.delete(parsed.keys().next().value!);
    return document;
  } catch (error) {
    if (/Document contains more/.test((error as Error).message))
      throw new UserError(
        'LIMIT_EXCEEDED',
        `the query has more than ${limits.tokens} tokens; ask for less at a time`,
      );
    throw error;
  }
}

const exceeded = (what: string, found: number, limit: number) =>
  new UserError(
    'LIMIT_EXCEEDED',
    `the query's ${what} ${Number.isFinite(found) ? `is ${found}` : 'is beyond counting'}, the limit is ${limit}; ask for less at a time`,
  );

interface Measured {
  depth: number;
  aliases: number;
  directives: number;
  cost: number;
}

const zero: Measured = { depth: 0, aliases: 0, directives: 0, cost: 0 };

export function measure(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null,
  variables: Record<string, unknown>,
): Measured {
  const fragments = new Map(
    document.definitions.flatMap((d) =>
      d.kind === Kind.FRAGMENT_DEFINITION ? [[d.name.value, d] as const] : [],
    ),
  );
  const operations = document.definitions.filter(
    (d) => d.kind === Kind.OPERATION_DEFINITION,
  ) as OperationDefinitionNode[];
  const walked = new Map<string, Measured | 'open'>();

  function ofFragment(name: string): Measured {
    const fragment = fragments.get(name);
    const known = walked.get(name);
    // Unknown fragments and circles are validation's to report.
    if (!fragment || known === 'open') return zero;
    if (known) return known;
    walked.set(name, 'open');
    const measured = ofSelections(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value));
    walked.set(name, measured);
    return measured;
  }

  function ofSelections(set: SelectionSetNode, parent: unknown): Measured {
    const sum = { ...zero };
    for (const selection of set.selections) {
      let part: Measured;
      if (selection.kind === Kind.FIELD) part = ofField(selection, parent);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) part = ofFragment(selection.name.value);
      else {
        const type = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : parent;
        part = ofSelections(selection.selectionSet, type);
      }
      sum.depth = Math.max(sum.depth, part.depth);
      sum.aliases += part.aliases;
      sum.directives += part.directives + (selection.directives?.length ?? 0);
      sum.cost += part.cost;
    }
    return sum;
  }

  function ofField(field: FieldNode, parent: unknown): Measured {
    const name = field.name.value;
    const aliases = field.alias ? 1 : 0;
    const type =
      isObjectType(parent) || isInterfaceType(parent)
        ? parent.getFields()[name]?.type
        : metaType(schema, name);
    if (!field.selectionSet) return { depth: 1, aliases, directives: 0, cost: 1 };
    const inner = ofSelections(field.selectionSet, type && getNamedType(type));
    return {
      depth: inner.depth + 1,
      aliases: aliases + inner.aliases,
      directives: inner.directives,
      cost: 1 + multiplier(field, parent, type, variables) * inner.cost,
    };
  }

  const wanted = operations.filter((o) => operationName === null || o.name?.value === operationName);
  return wanted
    .map((operation) => ofSelections(operation.selectionSet, schema.getRootType(operation.operation)))
    .reduce((a, b) => (a.cost > b.cost ? a : b), zero);
}

/** `__schema` and `__type` hang on the root without being fields of it. */
const metaType = (schema: GraphQLSchema, name: string): GraphQLOutputType | undefined =>
  ({ __schema: schema.getType('__Schema'), __type: schema.getType('__Type') })[name] as
    | GraphQLOutputType
    | undefined;

/** A connection's page size stands on the connection field, so its edges are counted there and not again below. */
function multiplier(
  field: FieldNode,
  parent: unknown,
  type: GraphQLOutputType | undefined,
  variables: Record<string, unknown>,
): number {
  for (const argument of field.arguments ?? []) {
    if (argument.name.value !== 'first' && argument.name.value !== 'maxPoints') continue;
    const { value } = argument;
    const given =
      value.kind === Kind.INT
        ? Number(value.value)
        : value.kind === Kind.VARIABLE
          ? variables[value.name.value]
          : null;
    if (typeof given === 'number' && given > 0) return given;
  }
  if (!type) return 1;
  const named = getNamedType(type);
  if (isConnection(named)) return defaultPage;
  // Introspection lists are bounded by the schema itself.
  if (isConnection(parent) || named.name.startsWith('__')) return 1;
  return isListType(isNonNullType(type) ? type.ofType : type) ? plainList : 1;
}

const isConnection = (type: unknown) => isObjectType(type) && type.name.endsWith('Connection');
