import type { PreparedStatements } from './prepared.ts';
import type { Complaint } from './protocol.ts';

/** A client of the front: what its session consists of while another client has the backend. */
export interface Client {
  /** Its backend's process id, as far as it knows, and the key with which it may cancel. */
  pid: number;
  secret: number;
  /** Settings given when it connected; RESET returns to them. */
  startup: ReadonlyMap<string, string>;
  settings: ReadonlyMap<string, string>;
  /** Its settings may have changed in the transaction that is open. */
  settingsChanged: boolean;
  /** Names of custom settings that it may have set. */
  customSettings: Set<string>;
  /** It has a prepared statement that may change settings. */
  alwaysConfigures: boolean;
  prepared: PreparedStatements;
  /** Sends it what it has not asked for. */
  send(bytes: Buffer): void;
  /** Tells it why and ends the connection. */
  fail(complaint: Complaint): void;
}

/** Messages to run together. Only the last may be a Query, FunctionCall or Sync; a batch without one is a Flush. */
export type Batch = Buffer[];
