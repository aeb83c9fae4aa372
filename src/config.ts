import { isIPv4, isIPv6 } from 'node:net';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { type Device, devices } from './device.ts';

/** A listener that other machines can reach must be asked for a token; a name may resolve to anything. */
export const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));

const hostName = z
  .string()
  .refine(
    (host) => isIPv4(host) || isIPv6(host) || /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host),
    'is not a host name or an IP address',
  );
const wholeNumber = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'is not a whole number')
    .transform(Number)
    .refine((n) => n >= low && n <= high, `is not between ${low} and ${high}`);
const postgresUrl = z
  .string()
  .refine((url) => /^postgres(ql)?:\/\/\S+$/.test(url), 'is not a postgresql:// connection string');
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);

const variables = z.object({
  /** Folder of everything Isogloss keeps: embedded database, artifacts, checkpoints, logs. */
  ISOGLOSS_HOME: z.string().min(1).default('./.isogloss'),
  PORT: wholeNumber(0, 65_535).default(4000),
  HOST: hostName.default('127.0.0.1'),
  /** Absent: the embedded database in ISOGLOSS_HOME. */
  DATABASE_URL: postgresUrl.optional(),
  /** `off`: do not run the sample study on an empty embedded database. */
  ISOGLOSS_SAMPLE: z.enum(['on', 'off'], 'is neither "on" nor "off"').default('on'),
  /** Bearer token that every request must carry; required when HOST is not loopback. */
  ISOGLOSS_TOKEN: z.string().min(16, 'is shorter than 16 characters').optional(),
  /** Further names this server is reached by, for the Host and Origin checks: `lab.example.org,10.0.0.5`. */
  ISOGLOSS_HOSTS: list.default([]),
  /** Folders that imports may read from, comma-separated; default `import/` in ISOGLOSS_HOME. */
  ISOGLOSS_IMPORT: list.optional(),
  /** Where models are fetched from by id, as huggingface_hub names it. */
  HF_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'is not an http(s) URL' })
    .default('https://huggingface.co'),
  /** Runs executed at the same time by one worker process. */
  ISOGLOSS_CONCURRENCY: wholeNumber(1, 64).default(1),
  /** Cores one run may use; default: this machine's cores over the concurrency. */
  ISOGLOSS_THREADS: wholeNumber(1, 256).optional(),
  /** What transformers are trained and run on. */
  ISOGLOSS_DEVICE: z.enum(devices, `is none of ${devices.join(', ')}`).default('cpu'),
});

export interface Config {
  home: string;
  port: number;
  host: string;
  databaseUrl: string | undefined;
  sample: boolean;
  token: string | undefined;
  hosts: string[];
  importFolders: string[];
  /** Without a slash at its end. */
  hub: string;
  concurrency: number;
  threads: number;
  device: Device;
}

/** Reads the environment; throws an Error of one line that names the variable and what is wrong with it. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(
    Object.keys(variables.shape).flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue.path[0]);
    const shown = name === 'ISOGLOSS_TOKEN' || name === 'DATABASE_URL' ? '' : ` "${env[name]}"`;
    throw new Error(`${name}${shown} ${issue.message}`);
  }
  const v = parsed.data;
  if (!isLoopback(v.HOST) && !v.ISOGLOSS_TOKEN)
    throw new Error(
      `HOST "${v.HOST}" can be reached from other machines, so ISOGLOSS_TOKEN must be set (16 characters or more)`,
    );
  const home = resolve(v.ISOGLOSS_HOME);
  return Object.freeze({
    home,
    port: v.PORT,
    host: v.HOST,
    databaseUrl: v.DATABASE_URL,
    sample: v.ISOGLOSS_SAMPLE === 'on',
    token: v.ISOGLOSS_TOKEN,
    hosts: v.ISOGLOSS_HOSTS,
    importFolders: (v.ISOGLOSS_IMPORT ?? [`${home}/import`]).map((folder) => resolve(folder)),
    hub: v.HF_ENDPOINT.replace(/\/+$/, ''),
    concurrency: v.ISOGLOSS_CONCURRENCY,
    threads: v.ISOGLOSS_THREADS ?? Math.max(1, Math.floor(availableParallelism() / v.ISOGLOSS_CONCURRENCY)),
    device: v.ISOGLOSS_DEVICE,
  });
}

/** For a process's first line: the configuration, or one line on stderr and exit code 1. */
export function configOrExit(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    process.stderr.write(`isogloss: ${(error as Error).message}\n`);
    process.exit(1);
  }
}
