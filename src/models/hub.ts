/**
 * The part of the Hugging Face Hub's HTTP interface that an import needs: what a revision is, and its files. Mirrors
 * and private hubs that speak it are reached by HF_ENDPOINT; HF_TOKEN opens gated and private models.
 */
import { z } from 'zod';
import { badInput, UserError } from '#src/errors.ts';

const revision = z.looseObject({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(z.looseObject({ rfilename: z.string().max(1000) })).max(100_000),
});

export interface HubRevision {
  /** 40 hexadecimal digits. */
  commit: string;
  /** Paths of all its files. */
  files: string[];
}

/** An answer to the first question takes a second; a hub that cannot be reached must not keep a client waiting. */
const answerMillis = 15_000;

async function ask(hub: string, url: string, signal: AbortSignal): Promise<Response> {
  const token = process.env.HF_TOKEN;
  try {
    return await fetch(url, { signal, headers: token ? { authorization: `Bearer ${token}` } : {} });
  } catch (error) {
    if (signal.aborted && signal.reason?.name !== 'TimeoutError') throw error;
    throw new UserError(
      'UNAVAILABLE',
      `the hub ${hub} cannot be reached from this machine; copy the model's folder here and import it by path, or set HF_ENDPOINT to a mirror`,
    );
  }
}

/** @param revision a branch, tag or commit; throws NOT_FOUND, FORBIDDEN or UNAVAILABLE with what to do. */
export async function hubRevision(hub: string, id: string, name: string): Promise<HubRevision> {
  const url = `${hub}/api/models/${id}/revision/${encodeURIComponent(name)}`;
  const response = await ask(hub, url, AbortSignal.timeout(answerMillis));
  // The hub does not tell a private model from one that does not exist.
  if ([401, 403, 404].includes(response.status))
    throw new UserError(
      'NOT_FOUND',
      `the hub ${hub} has no model ${id} with a revision ${name}, or does not show it: check both, or set HF_TOKEN`,
    );
  if (!response.ok) throw refused(hub, response);
  const parsed = revision.safeParse(await response.json().catch(() => null));
  if (!parsed.success)
    throw new UserError('UNAVAILABLE', `the hub ${hub} gave an answer that is not the Hugging Face Hub's`);
  return { commit: parsed.data.sha, files: parsed.data.siblings.map(({ rfilename }) => rfilename) };
}

/** One file of a commit, as a stream. */
export async function hubFile(
  hub: string,
  { id, commit }: { id: string; commit: string },
  path: string,
  signal: AbortSignal,
): Promise<{ size: number | null; body: ReadableStream<Uint8Array> }> {
  const response = await ask(hub, `${hub}/${id}/resolve/${commit}/${path}`, signal);
  if (response.status === 401 || response.status === 403)
    throw badInput(
      'hub',
      `the hub ${hub} does not give ${path} of ${id} away: accept its terms there and set HF_TOKEN`,
    );
  if (!response.ok || !response.body) throw refused(hub, response);
  const size = Number(response.headers.get('content-length') ?? Number.NaN);
  return { size: Number.isFinite(size) ? size : null, body: response.body };
}

const refused = (hub: string, { status }: Response) =>
  new UserError('UNAVAILABLE', `the hub ${hub} answered with status ${status}; try again later`);
