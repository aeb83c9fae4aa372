import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { framer, readFields, startup, typeOf } from '#src/database/embedded/protocol.ts';

/** A client that says exactly what a test wants said, message by message. */
export interface Wire {
  socket: Socket;
  pid: number;
  secret: number;
  parameters: Map<string, string>;
  send(...messages: Buffer[]): void;
  /** The next message; null at the end of the connection. */
  next(): Promise<Buffer | null>;
  /** Messages up to one of this type, that included; fewer at the end of the connection. */
  until(type: string): Promise<Buffer[]>;
  /** Sends, then gives the types of all messages up to ReadyForQuery with their essentials, see `show`. */
  ask(...messages: Buffer[]): Promise<string[]>;
  close(): void;
}

/** A socket to a server, nothing said yet. */
export async function openSocket(url: string): Promise<Socket> {
  const { hostname, port, searchParams } = new URL(url);
  const folder = searchParams.get('host');
  const socket = folder
    ? connectSocket(`${folder}/.s.PGSQL.${port || 5432}`)
    : connectSocket(Number(port || 5432), hostname);
  await once(socket, 'connect');
  socket.on('error', () => {});
  return socket;
}

export const databaseOf = (url: string) => new URL(url).pathname.slice(1);

export async function openWire(url: string, settings: Record<string, string> = {}): Promise<Wire> {
  const wire = wireOf(await openSocket(url));
  wire.send(startup({ user: 'postgres', database: databaseOf(url), ...settings }));
  for (const message of await wire.until('Z')) {
    if (typeOf(message) === 'E') throw new Error(show(message));
    if (typeOf(message) === 'S') {
      const [name, value] = message.toString('utf8', 5).split('\0');
      wire.parameters.set(name, value);
    }
    if (typeOf(message) === 'K') {
      wire.pid = message.readInt32BE(5);
      wire.secret = message.readInt32BE(9);
    }
  }
  return wire;
}

export function wireOf(socket: Socket): Wire {
  const stream = framer(1 << 30);
  const chunks = socket[Symbol.asyncIterator]();
  const wire: Wire = {
    socket,
    pid: 0,
    secret: 0,
    parameters: new Map(),
    send: (...messages) => void socket.write(Buffer.concat(messages)),
    async next() {
      for (;;) {
        const message = stream.message();
        if (message) return message;
        const { value, done } = await chunks.next().catch(() => ({ value: undefined, done: true }));
        if (done) return null;
        stream.push(value);
      }
    },
    async until(type) {
      const found: Buffer[] = [];
      for (;;) {
        const message = await wire.next();
        if (!message) return found;
        found.push(message);
        if (typeOf(message) === type) return found;
      }
    },
    async ask(...messages) {
      wire.send(...messages);
      return (await wire.until('Z')).map(show);
    },
    close: () => socket.destroy(),
  };
  return wire;
}

/** A message in short: type, then what a test compares: `ZI`, `CSELECT 1`, `D1,2`, `E42601`. */
export function show(message: Buffer): string {
  const type = typeOf(message);
  if (type === 'Z') return `Z${String.fromCharCode(message[5])}`;
  if (type === 'C') return `C${message.toString('utf8', 5, message.length - 1)}`;
  if (type === 'E' || type === 'N') return `${type}${readFields(message).C}`;
  if (type === 'd') return `d${message.toString('utf8', 5)}`;
  if (type !== 'D') return type;
  const values: string[] = [];
  for (let at = 7; at < message.length; ) {
    const length = message.readInt32BE(at);
    values.push(length < 0 ? 'null' : message.toString('utf8', at + 4, at + 4 + length));
    at += 4 + Math.max(0, length);
  }
  return `D${values.join(',')}`;
}

const typed = (type: string, body: Buffer) => {
  const message = Buffer.alloc(5 + body.length);
  message.write(type, 0, 'latin1');
  message.writeInt32BE(4 + body.length, 1);
  body.copy(message, 5);
  return message;
};

const int16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);
const int32 = (value: number) => Buffer.from([value >> 24, value >> 16, value >> 8, value]);

export const parseMessage = (name: string, sql: string) =>
  typed('P', Buffer.concat([Buffer.from(`${name}\0${sql}\0`), int16(0)]));

/** Text parameters, text results. */
export const bindMessage = (portal: string, name: string, values: string[] = []) =>
  typed(
    'B',
    Buffer.concat([
      Buffer.from(`${portal}\0${name}\0`),
      int16(0),
      int16(values.length),
      ...values.flatMap((value) => [int32(Buffer.byteLength(value)), Buffer.from(value)]),
      int16(0),
    ]),
  );
export const executeMessage = (portal = '', rows = 0) =>
  typed('E', Buffer.concat([Buffer.from(`${portal}\0`), int32(rows)]));
export const describeMessage = (kind: 'S' | 'P', name: string) => typed('D', Buffer.from(`${kind}${name}\0`));
export const closeMessage = (kind: 'S' | 'P', name: string) => typed('C', Buffer.from(`${kind}${name}\0`));
export const flushMessage = typed('H', Buffer.alloc(0));
export const rawMessage = typed;
