import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Batch, Client } from './client.ts';
import type { Front } from './front.ts';
import {
  authenticationCleartextPassword,
  authenticationOk,
  errorResponse,
  Fatal,
  framer,
  negotiateProtocolVersion,
  opening,
  ProtocolError,
  readStartup,
  readString,
  typeOf,
} from './protocol.ts';

export interface SessionOptions {
  maxClients: number;
  /** Bytes of one message. */
  maxMessage: number;
  /** Asked of every client; null where the socket's folder keeps strangers out. */
  password: string | null;
}

/** A pipeline longer than this is run in parts, which the protocol allows and memory wants. */
const maxBatch = 8 << 20;

/** What a client may leave unread before it is dropped; only notifications can pile up that far. */
const maxUnread = 64 << 20;

/** Milliseconds to send a startup packet, as PostgreSQL's authentication_timeout. */
const startupTimeout = 60_000;

/** Milliseconds to read why the connection ends. */
const farewellTimeout = 2_000;

/**
 * Serves one connection to its end. It reads only when it can go on, so that a client that sends faster than it is
 * answered, or does not read its answers, is held back by its own socket.
 */
export async function serve(socket: Socket, front: Front, options: SessionOptions): Promise<void> {
  const stream = framer(options.maxMessage);
  const chunks = socket[Symbol.asyncIterator]();
  let client: Client | null = null;

  /** The next message; null when the client has gone. */
  async function receive(cut: () => Buffer | null): Promise<Buffer | null> {
    for (;;) {
      const message = cut();
      if (message) return message;
      const { value, done } = await chunks.next();
      if (done) return null;
      stream.push(value);
    }
  }

  let goOn = () => {};
  socket.on('drain', () => goOn());
  socket.on('close', () => goOn());

  async function send(bytes: Buffer) {
    if (socket.destroyed || socket.write(bytes)) return;
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
  }

  const connection: Pick<Client, 'send' | 'fail'> = {
    send(bytes) {
      socket.write(bytes);
      if (socket.writableLength > maxUnread) socket.destroy();
    },
    fail(complaint) {
      socket.setTimeout(farewellTimeout);
      socket.end(errorResponse(complaint));
      socket.destroySoon();
    },
  };

  /** False when the client has gone instead. */
  async function authenticate(): Promise<boolean> {
    if (options.password !== null) {
      await send(authenticationCleartextPassword);
      const message = await receive(stream.message);
      if (!message) return false;
      const given = Buffer.from(typeOf(message) === 'p' ? readString(message, 5).text : '');
      const wanted = Buffer.from(options.password);
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
        throw new Fatal('28P01', 'password authentication failed for user "postgres"');
      }
    }
    await send(authenticationOk);
    return true;
  }

  socket.on('error', () => {}); // a client that resets its connection has left, no more
  socket.on('timeout', () => socket.destroy());
  socket.setTimeout(startupTimeout);
  try {
    const startup = await open();
    if (!startup) return;
    if (front.clientCount() >= options.maxClients)
      throw new Fatal('53300', 'sorry, too many clients already');
    if (!(await authenticate())) return;
    socket.setTimeout(0); // from here on it may have to wait for its turn
    const connected = await front.connect(startup, connection);
    client = connected.client;
    await send(connected.greeting);
    await converse(client);
  } catch (error) {
    if (error instanceof Fatal) connection.fail(error.complaint);
    else if (error instanceof ProtocolError) {
      // What does not even begin like a client gets no answer, as from a server.
      if (client) connection.fail({ severity: 'FATAL', code: '08P01', message: error.message });
    } else if (!isDisconnect(error)) throw error;
  } finally {
    if (client) front.leave(client);
    socket.destroySoon();
  }

  /** Handles the untyped packets up to a StartupMessage; gives its settings, null when there is nothing to start. */
  async function open(): Promise<Map<string, string> | null> {
    for (;;) {
      const packet = await receive(stream.opening);
      if (!packet) return null;
      const code = packet.readInt32BE(4);
      if (code === opening.ssl || code === opening.gssEncryption) await send(Buffer.from('N'));
      else if (code === opening.cancel) {
        if (packet.length === 16) front.cancel(packet.readInt32BE(8), packet.readInt32BE(12));
        return null;
      } else {
        if (code >> 16 !== 3)
          throw new Fatal('0A000', `unsupported frontend protocol ${code >> 16}.${code & 0xffff}`);
        const parameters = readStartup(packet);
        const unknown = [...parameters.keys()].filter((name) => name.startsWith('_pq_.'));
        if (code !== opening.version3 || unknown.length > 0) await send(negotiateProtocolVersion(unknown));
        return settingsOf(parameters);
      }
    }
  }

  async function converse(client: Client) {
    let batch: Batch = [];
    let size = 0;
    for (;;) {
      const message = await receive(stream.message);
      if (!message) return;
      const type = typeOf(message);
      if (type === 'X') return;
      if ('dcf'.includes(type)) continue; // what follows a COPY that was refused
      if (!'PBDECSQFH'.includes(type)) throw new ProtocolError(`invalid frontend message type ${message[0]}`);
      if (type !== 'H') {
        batch.push(message);
        size += message.length;
      }
      if ('PBDEC'.includes(type) && size < maxBatch) continue;
      if (batch.length > 0) await send(await front.run(client, batch));
      batch = [];
      size = 0;
    }
  }
}

const isDisconnect = (error: unknown) =>
  ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE', 'ABORT_ERR'].includes(
    (error as { code: string }).code,
  );

/** The settings in a StartupMessage; throws where it asks for what is not here. */
function settingsOf(parameters: Map<string, string>): Map<string, string> {
  const { user, database, replication, options, ...settings } = Object.fromEntries(parameters);
  if (!user) throw new Fatal('28000', 'no PostgreSQL user name specified in startup packet');
  if (user !== 'postgres') throw new Fatal('28000', `role "${user}" does not exist`);
  if ((database || user) !== 'postgres') throw new Fatal('3D000', `database "${database}" does not exist`);
  if (replication && replication !== 'false')
    throw new Fatal('0A000', 'no replication from the embedded database');
  const named = Object.entries(settings).filter(([name]) => !name.startsWith('_pq_.'));
  return new Map([...optionsOf(options ?? ''), ...named]);
}

/** Settings of an `options` parameter: `-c name=value` and `--name=value`, a backslash before a blank in a value. */
function optionsOf(options: string): [string, string][] {
  const words = options.match(/(?:\\[\s\S]|[^\s\\])+/g) ?? [];
  const plain = words.map((word) => word.replace(/\\([\s\S])/g, '$1'));
  const settings: [string, string][] = [];
  for (let index = 0; index < plain.length; index++) {
    const text = plain[index] === '-c' ? plain[++index] : plain[index].replace(/^(-c|--)/, '');
    const [, name, value] = /^([\w.-]+)=([\s\S]*)$/.exec(text ?? '') ?? [];
    if (!name)
      throw new Fatal('42601', `invalid command-line argument for server process: ${plain[index] ?? '-c'}`);
    settings.push([name.replaceAll('-', '_'), value]);
  }
  return settings;
}
