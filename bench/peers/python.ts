import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The interpreter that bench/peers/setup made, or the one PEERS_PYTHON names. */
export function peersPython(): string {
  const python = process.env.PEERS_PYTHON ?? join(import.meta.dirname, '.venv', 'bin', 'python');
  if (existsSync(python)) return python;
  throw new Error(`${python} does not exist: run bench/peers/setup, or name an interpreter in PEERS_PYTHON`);
}
