/**
 * The one error that people are meant to read. Everything else that is thrown is a defect: it is logged under
 * an id and reaches a client as INTERNAL. The same class serves API, workers and children, so that a refused
 * mutation and a FAILED run say the same sentence.
 */
export const errorCodes = [
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'CONFLICT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'LIMIT_EXCEEDED',
  'UNAVAILABLE',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** Where in the input the trouble is, and what it is. Paths are written `input.composition.components[1].share`. */
export interface Issue {
  path: string;
  message: string;
}

export class UserError extends Error {
  readonly code: ErrorCode;
  readonly issues: Issue[];
  constructor(code: ErrorCode, message: string, issues: Issue[] = []) {
    super(message);
    this.name = 'UserError';
    this.code = code;
    this.issues = issues;
  }
}

/** The common case: one field is wrong. The message says what was wrong, where, and what to do. */
export const badInput = (path: string, message: string) =>
  new UserError('BAD_USER_INPUT', message, [{ path, message }]);
