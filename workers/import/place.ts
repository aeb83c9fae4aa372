import { basename } from 'node:path';
import { type ErrorCode, UserError } from '#src/errors.ts';

/** Where a record stands: the name its file has for the user, and the line, counted from 1. */
export interface Place {
  file: string;
  line: number;
}

export const refuse = (place: Place, message: string, code: ErrorCode = 'BAD_USER_INPUT') =>
  refuseFile(`${place.file} line ${place.line}`, message, code);

/** The same for what concerns a file as a whole. */
export const refuseFile = (file: string, message: string, code: ErrorCode = 'BAD_USER_INPUT') =>
  new UserError(code, `${file}: ${message}`, [{ path: file, message }]);

/** A file's name for messages. Files of the store are named by digests, which tell a reader nothing. */
export function fileName(path: string): string {
  const name = basename(path);
  return /^[0-9a-f]{32,}$/.test(name) ? 'source' : name;
}
