import pg from 'pg';
import { prepareValue } from 'pg/lib/utils.js';

/** A statement with $1, $2, ... in it and what stands for them; a Buffer is sent as the type's binary form. */
export interface Statement {
  text: string;
  values: unknown[];
}

export type Row = Record<string, unknown>;

/** What a connection has planned: by text, the one that was used last at the end. */
interface Prepared {
  statements: Map<string, { name: string; columns: Column[] }>;
  /** Names that are no longer of use, which the next message closes. */
  unused: string[];
  count: number;
}

interface Column {
  name: string;
  parse(value: string): unknown;
}

const prepared = new WeakMap<pg.ClientBase, Prepared>();
const mostPrepared = 32;

/**
 * The rows of several statements that go to the server together and end with one Sync: one transaction and one trip,
 * where pg's own queries take a trip each. Each is planned once a connection, and described once. When one fails,
 * nothing was done and the client is as good as before.
 */
export function pipelined(client: pg.ClientBase, statements: Statement[]): Promise<Row[][]> {
  const known = prepared.get(client) ?? { statements: new Map(), unused: [], count: 0 };
  prepared.set(client, known);
  return new Promise((resolve, reject) => {
    client.query(new Pipeline(known, statements, resolve, reject));
  });
}

/** A query class as pg takes them (pg-cursor is another): it writes its own messages, and is told of the answers. */
class Pipeline implements pg.Submittable {
  readonly #known: Prepared;
  readonly #statements: { text: string; values: (Buffer | string | null)[] }[];
  readonly #resolve: (rows: Row[][]) => void;
  readonly #reject: (error: Error) => void;
  readonly #rows: Row[][];
  readonly #fresh: string[] = [];
  /** The statement that is being answered. */
  #at = 0;

  constructor(
    known: Prepared,
    statements: Statement[],
    resolve: (rows: Row[][]) => void,
    reject: (error: Error) => void,
  ) {
    this.#known = known;
    // Here, since a value that cannot be sent must not leave half a message on the connection.
    this.#statements = statements.map(({ text, values }) => ({ text, values: values.map(prepareValue) }));
    this.#rows = statements.map(() => []);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: pg.Connection) {
    const known = this.#known;
    connection.stream.cork();
    for (const name of known.unused) connection.close({ type: 'S', name }, true);
    known.unused = [];
    for (const { text, values } of this.#statements) {
      let statement = known.statements.get(text);
      if (statement) known.statements.delete(text);
      else {
        statement = { name: `isogloss_${known.count++}`, columns: [] };
        this.#fresh.push(text);
        connection.parse({ name: statement.name, text, types: [] }, true);
        connection.describe({ type: 'S', name: statement.name }, true);
      }
      known.statements.set(text, statement);
      connection.bind({ statement: statement.name, values }, true);
      connection.execute(null, true);
    }
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: { fields: pg.FieldDef[] }) {
    this.#current.columns = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: pg.types.getTypeParser(dataTypeID, 'text'),
    }));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }) {
    const row: Row = {};
    const { columns } = this.#current;
    for (let i = 0; i < columns.length; i++) {
      const value = fields[i];
      row[columns[i].name] = value === null ? null : columns[i].parse(value);
    }
    this.#rows[this.#at].push(row);
  }

  handleCommandComplete() {
    this.#at++;
  }

  handleReadyForQuery() {
    const { statements } = this.#known;
    const tooMany = [...statements].slice(0, Math.max(0, statements.size - mostPrepared));
    for (const [text] of tooMany) this.#forget(text);
    this.#resolve(this.#rows);
  }

  /** The error of a statement, or the connection's. Which of the new ones were parsed is not known. */
  handleError(error: Error) {
    for (const text of this.#fresh) this.#forget(text);
    this.#reject(error);
  }

  get #current() {
    return this.#known.statements.get(this.#statements[this.#at].text)!;
  }

  #forget(text: string) {
    const { statements, unused } = this.#known;
    unused.push(statements.get(text)!.name);
    statements.delete(text);
  }
}
