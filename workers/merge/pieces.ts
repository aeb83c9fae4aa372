import { byCodePoint } from '#workers/import/order.ts';
import { type Crew, openCrew } from './crew.ts';
import type { AssignedTensor, Assignment } from './task.ts';
import { measuresOf } from './tensor.ts';

/** Values of a piece: 4 MiB, large against what handing it over costs. */
const pieceValues = 2 ** 20;

interface Piece {
  tensor: number;
  from: number;
  to: number;
}

/**
 * The merged tensors of an assignment, made on threads that `close` ends.
 * @param least values, over all models, from which on threads are started; absent: few
 */
export function makePieces(assignment: Assignment, threads: number, least?: number) {
  const { tensors, models } = assignment;
  const values = tensors.reduce((sum, { shape }) => sum + measuresOf(shape).size, 0);
  const inputs = models.length + (tensors.some(({ base }) => base) ? 1 : 0);
  const crew = openCrew(assignment, values * inputs, threads, least);
  return { of: mergedPieces(crew, tensors, threads), close: () => crew.close() };
}

/**
 * The merged tensors in the pieces in which they are written, made a few pieces ahead of the writer: memory is bounded
 * by that lead, not by tensors. Pieces are made in the order of names, in which files are written.
 */
function mergedPieces(crew: Crew, tensors: AssignedTensor[], threads: number) {
  const order = inOrderOfNames(tensors.map(({ name }) => name));
  const pieces = order.flatMap((tensor) => cut(tensors[tensor], tensor));
  const first = new Map<string, number>();
  pieces.forEach(({ tensor }, p) => {
    if (!first.has(tensors[tensor].name)) first.set(tensors[tensor].name, p);
  });
  const surveys = new Map<number, Promise<unknown>>();
  const started = new Map<number, Promise<Float32Array<SharedArrayBuffer>>>();
  const buffers: SharedArrayBuffer[] = [];

  function survey(tensor: number) {
    const asked = surveys.get(tensor) ?? crew.do({ what: 'SURVEY', tensor });
    surveys.set(tensor, asked);
    return asked;
  }
  async function make({ tensor, from, to }: Piece): Promise<Float32Array<SharedArrayBuffer>> {
    const found = await survey(tensor);
    const n = (to - from) * measuresOf(tensors[tensor].shape).columns;
    const kept = buffers.findIndex((buffer) => buffer.byteLength >= 4 * n);
    const buffer =
      kept < 0 ? new SharedArrayBuffer(4 * Math.max(n, pieceValues)) : buffers.splice(kept, 1)[0];
    await crew.do({ what: 'MERGE', tensor, from, to, survey: found, buffer });
    return new Float32Array(buffer, 0, n);
  }
  function start(p: number) {
    const made = started.get(p) ?? make(pieces[p]);
    made.catch(() => {}); // whoever waits for the piece hears of it
    started.set(p, made);
    return made;
  }
  const lead = 2 * threads + 1;

  return async function* of(name: string): AsyncIterable<Float32Array> {
    const begin = first.get(name);
    if (begin === undefined) return; // a tensor without values
    for (let p = begin; p < pieces.length && tensors[pieces[p].tensor].name === name; p++) {
      for (let next = p; next < Math.min(p + lead, pieces.length); next++) start(next);
      const piece = await start(p);
      yield piece;
      started.delete(p);
      buffers.push(piece.buffer);
    }
  };
}

export const inOrderOfNames = (names: string[]) =>
  names.map((_, i) => i).sort((a, b) => byCodePoint(names[a], names[b]));

function cut({ shape }: AssignedTensor, tensor: number): Piece[] {
  const { rows, columns } = measuresOf(shape);
  const height = Math.max(1, Math.floor(pieceValues / Math.max(1, columns)));
  const pieces: Piece[] = [];
  for (let from = 0; from < rows; from += height)
    pieces.push({ tensor, from, to: Math.min(rows, from + height) });
  return pieces;
}
