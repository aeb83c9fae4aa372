import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { ZodError } from 'zod';
import { isDatabaseAway } from '#src/database/client.ts';
import { type ErrorCode, UserError } from '#src/errors.ts';

/** graphql-js and Apollo have codes of their own; clients see the documented list only (docs/errors.md). */
const renamed: Record<string, ErrorCode> = {
  GRAPHQL_PARSE_FAILED: 'BAD_USER_INPUT',
  GRAPHQL_VALIDATION_FAILED: 'BAD_USER_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'BAD_USER_INPUT',
  BAD_REQUEST: 'BAD_USER_INPUT',
  BAD_USER_INPUT: 'BAD_USER_INPUT',
};

/** What a client is shown of an error. Anything we did not mean to say is logged under an id and masked. */
export function present(error: unknown, log: Logger): GraphQLFormattedError {
  const graphql = error instanceof GraphQLError ? error : null;
  const at = graphql && {
    ...(graphql.locations && { locations: graphql.locations }),
    ...(graphql.path && { path: graphql.path }),
  };
  const cause = userErrorOf(graphql?.originalError ?? error);
  if (cause)
    return {
      message: cause.message,
      ...at,
      extensions: { code: cause.code, ...(cause.issues.length && { issues: cause.issues }) },
    };
  // graphql-js reports its own complaints (syntax, validation, coercion) without an original error, or with one that
  // is a GraphQLError of a scalar.
  const code = graphql && renamed[String(graphql.extensions?.code)];
  if (graphql && (code || !graphql.originalError || graphql.originalError instanceof GraphQLError))
    return { message: graphql.message, ...at, extensions: { code: code ?? 'BAD_USER_INPUT' } };
  const id = randomUUID();
  log.error({ id, err: graphql?.originalError ?? error }, 'request failed');
  return {
    message: `something went wrong inside Isogloss; the log has it under ${id}`,
    ...at,
    extensions: { code: 'INTERNAL', id },
  };
}

/** The error as one that people are meant to read, or null. */
export function userErrorOf(error: unknown): UserError | null {
  if (error instanceof UserError) return error;
  if (error instanceof ZodError) return fromZod(error, 'input');
  if (isDatabaseAway(error))
    return new UserError('UNAVAILABLE', 'the database does not answer; try again in a moment');
  return null;
}

/** Zod's issues under the path of the input they were found in. */
export function fromZod(error: ZodError, at: string): UserError {
  const issues = error.issues.flatMap(meant).map((issue) => ({
    path: issue.path.reduce<string>(
      (path, key) => path + (typeof key === 'number' ? `[${key}]` : `.${String(key)}`),
      at,
    ),
    message: issue.message,
  }));
  return new UserError('BAD_USER_INPUT', `${issues[0].path}: ${issues[0].message}`, issues);
}

type Issue = ZodError['issues'][number];

/**
 * Of a union Zod says "Invalid input"; what is said here is what is wrong with the alternative that was meant: the one
 * whose type the value has, with the fewest keys that do not belong.
 */
function meant(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const [nearest] = (issue.errors as Issue[][]).toSorted((a, b) => distance(a) - distance(b));
  return nearest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })).flatMap(meant);
}

const distance = (issues: Issue[]) =>
  issues.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys') return sum + 100 * issue.keys.length;
    return sum + (issue.path.length === 0 && issue.code === 'invalid_type' ? 10_000 : 1);
  }, 0);
