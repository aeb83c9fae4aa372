import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UserError } from '#src/errors.ts';

/** Requests and answers of workers/encoder/serve.ts, which the API knows as a program and not as a module. */
export interface EncodeRequest {
  id: number;
  modelDir: string;
  digest: string;
  texts: string[];
  as: 'query' | 'passage' | 'text';
}
export type EncodeReply =
  | { id: number; dimension: number; vectors: Float32Array }
  | { id: number; error: { code: string; message: string } };

/** Encodes texts of requests with models that stay loaded between them. */
export interface EncoderPool {
  encode(
    model: { digest: string; folder: string },
    texts: string[],
    as: EncodeRequest['as'],
  ): Promise<Float32Array>;
  stop(): void;
}

/** A model is loaded within seconds; an encoder that says nothing for this long is taken to hang. */
const patienceMillis = 60_000;

export function openEncoders(threads: number, onLog: (line: string) => void): EncoderPool {
  let child: ChildProcess | null = null;
  let next = 1;
  const waiting = new Map<number, { resolve(reply: EncodeReply): void; reject(error: Error): void }>();
  const program = fileURLToPath(new URL('../../workers/encoder/serve.ts', import.meta.url));

  function start(): ChildProcess {
    const process = fork(program, [], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced', // carries Float32Array
      env: { ...globalThis.process.env, ISOGLOSS_THREADS: String(threads) },
    });
    process.on('message', (reply: EncodeReply) => {
      waiting.get(reply.id)?.resolve(reply);
      waiting.delete(reply.id);
    });
    for (const stream of [process.stdout, process.stderr])
      stream!.setEncoding('utf8').on('data', (text: string) => onLog(text.trimEnd()));
    process.on('exit', () => {
      if (child === process) child = null;
      for (const { reject } of waiting.values())
        reject(new UserError('UNAVAILABLE', 'the encoder stopped; try again in a moment'));
      waiting.clear();
    });
    return process;
  }

  return {
    async encode(model, texts, as) {
      child ??= start();
      const serving = child;
      const id = next++;
      const reply = await new Promise<EncodeReply>((resolve, reject) => {
        const timer = setTimeout(() => serving.kill('SIGKILL'), patienceMillis);
        const settle =
          <T>(done: (value: T) => void) =>
          (value: T) => {
            clearTimeout(timer);
            done(value);
          };
        waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
        serving.send({ id, modelDir: model.folder, digest: model.digest, texts, as } satisfies EncodeRequest);
      });
      if ('error' in reply) throw new UserError('UNAVAILABLE', `encoding failed: ${reply.error.message}`);
      return reply.vectors;
    },
    stop() {
      child?.kill('SIGKILL');
    },
  };
}
