/**
 * PostgreSQL's wire protocol, version 3.0, as far as a front needs it: cutting a byte stream into messages, reading the
 * few fields that matter, writing answers. Everything else passes through as bytes.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** Codes of the untyped packets that open a connection. */
export const opening = {
  version3: 0x0003_0000,
  cancel: 80877102,
  ssl: 80877103,
  gssEncryption: 80877104,
} as const;

/** PostgreSQL's own limit (MAX_STARTUP_PACKET_LENGTH). */
const maxOpening = 10_000;

/** The transaction status in ReadyForQuery: idle, in a transaction, in a failed transaction. */
export type Status = 'I' | 'T' | 'E';

/** What a client did to the protocol itself. The connection cannot go on after it. */
export class ProtocolError extends Error {}

/** An error for the client that ends its connection. */
export class Fatal extends Error {
  readonly complaint: Complaint;
  constructor(code: string, message: string) {
    super(message);
    this.complaint = { severity: 'FATAL', code, message };
  }
}

/**
 * Cuts a stream into whole messages, however the bytes arrive. Chunks are joined only when a message is complete:
 * joining on arrival would copy a 64 MB parameter a thousand times.
 */
export function framer(maxMessage: number) {
  let chunks: Buffer[] = [];
  let size = 0;

  /** Joins as few chunks as give `n` bytes, so that small fields can be read in place. */
  function peek(n: number): Buffer | null {
    if (size < n) return null;
    if (chunks[0].length < n) {
      let count = 0;
      for (let have = 0; have < n; count++) have += chunks[count].length;
      chunks.splice(0, count, Buffer.concat(chunks.slice(0, count)));
    }
    return chunks[0];
  }

  function take(n: number): Buffer | null {
    const head = peek(n);
    if (!head) return null;
    if (head.length === n) chunks.shift();
    else chunks[0] = head.subarray(n);
    size -= n;
    return head.subarray(0, n);
  }

  return {
    push(chunk: Buffer) {
      if (chunk.length === 0) return;
      chunks.push(chunk);
      size += chunk.length;
    },
    /** The next packet without a type byte, its length included; null until it is whole. */
    opening(): Buffer | null {
      const head = peek(4);
      if (!head) return null;
      const length = head.readInt32BE(0);
      if (length < 8 || length > maxOpening) throw new ProtocolError('invalid length of startup packet');
      return take(length);
    },
    /** The next typed message with its header; null until it is whole. */
    message(): Buffer | null {
      const head = peek(5);
      if (!head) return null;
      const length = head.readInt32BE(1);
      if (length < 4) throw new ProtocolError('invalid message length');
      if (length > maxMessage) {
        throw new ProtocolError(`message of ${length} bytes is larger than the limit of ${maxMessage}`);
      }
      return take(length + 1);
    },
    drop() {
      chunks = [];
      size = 0;
    },
  };
}

/** The messages of a backend's answer, in order, as views. */
export function* messages(answer: Buffer): Generator<Buffer> {
  for (let at = 0; at < answer.length; ) {
    const end = at + 1 + answer.readInt32BE(at + 1);
    yield answer.subarray(at, end);
    at = end;
  }
}

export const typeOf = (message: Buffer) => String.fromCharCode(message[0]);

/** The zero-terminated string at `at`, and where the next field begins. */
export function readString(message: Buffer, at: number): { text: string; next: number } {
  const end = message.indexOf(0, at);
  if (end < 0) throw new ProtocolError('invalid string in message');
  return { text: message.toString('utf8', at, end), next: end + 1 };
}

/** The string at `at` exchanged for another, the length mended. */
export function replaceString(message: Buffer, at: number, text: string): Buffer {
  const { next } = readString(message, at);
  const changed = Buffer.concat([message.subarray(0, at), cstring(text), message.subarray(next)]);
  changed.writeInt32BE(changed.length - 1, 1);
  return changed;
}

/** The query string of a Parse or Query message. */
export function sqlOf(message: Buffer): string {
  const name = typeOf(message) === 'P' ? readString(message, 5).next : 5;
  return readString(message, name).text;
}

/** The name-value pairs of a StartupMessage. */
export function readStartup(packet: Buffer): Map<string, string> {
  const parameters = new Map<string, string>();
  for (let at = 8; at < packet.length - 1; ) {
    const name = readString(packet, at);
    const value = readString(packet, name.next);
    parameters.set(name.text, value.text);
    at = value.next;
  }
  return parameters;
}

/** The fields of an ErrorResponse or NoticeResponse by their letter: C the code, M the message. */
export function readFields(message: Buffer): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let at = 5; message[at] !== 0; ) {
    const { text, next } = readString(message, at + 1);
    fields[String.fromCharCode(message[at])] = text;
    at = next;
  }
  return fields;
}

/** PostgreSQL's answer to SQL of our own. */
export class ServerError extends Error {
  readonly code: string;
  constructor(fields: Record<string, string>) {
    super(fields.M);
    this.code = fields.C;
  }
}

/** The rows of the first result of a simple query, values as text; throws its first error as ServerError. */
export function readRows(answer: Buffer): (string | null)[][] {
  const rows: (string | null)[][] = [];
  for (const message of messages(answer)) {
    if (typeOf(message) === 'E') throw new ServerError(readFields(message));
    if (typeOf(message) !== 'D') continue;
    const row: (string | null)[] = [];
    let at = 7;
    for (let column = message.readInt16BE(5); column > 0; column--) {
      const length = message.readInt32BE(at);
      at += 4;
      row.push(length < 0 ? null : message.toString('utf8', at, at + length));
      at += Math.max(0, length);
    }
    rows.push(row);
  }
  return rows;
}

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

const cstring = (text: string) => Buffer.from(`${text}\0`);

function message(type: string, ...parts: Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  return Buffer.concat([Buffer.from(type), int32(length), ...parts]);
}

export interface Complaint {
  severity: 'ERROR' | 'FATAL';
  /** SQLSTATE. */
  code: string;
  message: string;
  hint?: string;
}

export const errorResponse = ({ severity, code, message: text, hint }: Complaint) =>
  message(
    'E',
    cstring(`S${severity}`),
    cstring(`V${severity}`),
    cstring(`C${code}`),
    cstring(`M${text}`),
    ...(hint ? [cstring(`H${hint}`)] : []),
    Buffer.from([0]),
  );

export const authenticationOk = message('R', int32(0));
export const authenticationCleartextPassword = message('R', int32(3));
export const parameterStatus = (name: string, value: string) => message('S', cstring(name), cstring(value));
export const backendKeyData = (pid: number, secret: number) => message('K', int32(pid), int32(secret));
export const readyForQuery = (status: Status) => message('Z', Buffer.from(status));
/** Answers a client that asks for 3.1 or later, or for protocol options: 3.0 and none of them. */
export const negotiateProtocolVersion = (unknownOptions: string[]) =>
  message('v', int32(opening.version3), int32(unknownOptions.length), ...unknownOptions.map(cstring));

export const query = (sql: string) => message('Q', cstring(sql));
export const closeStatement = (name: string) => message('C', Buffer.from('S'), cstring(name));
export const copyFail = (reason: string) => message('f', cstring(reason));
export const sync = message('S');

/** A StartupMessage, protocol 3.0. */
export function startup(parameters: Record<string, string>): Buffer {
  const body = [...Object.entries(parameters).flat().map(cstring), Buffer.from([0])];
  const length = body.reduce((sum, part) => sum + part.length, 8);
  return Buffer.concat([int32(length), int32(opening.version3), ...body]);
}
