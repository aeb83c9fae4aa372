import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Device } from '#src/device.ts';
import packageJson from '../../package.json' with { type: 'json' };

/** What besides the recipe could change a result's bytes, recorded with every attempt. */
export interface Environment {
  isogloss: { version: string; revision: string | null; modified: boolean | null };
  node: string;
  platform: string;
  cpu: { model: string; cores: number; features: string[] };
  memoryBytes: number;
  /** What transformers ran on: a GPU rounds otherwise than a processor. */
  device: Device;
  packages: Record<string, string>;
}

/** The ones whose arithmetic or tokenisation ends up in weights, vectors and scores. */
const packages = [
  'onnxruntime-node',
  'tokenizers',
  '@huggingface/transformers',
  '@electric-sql/pglite',
  'pgvector',
];

/** SIMD levels choose the GEMM kernel, and kernels differ in the last bit. */
const features = ['avx2', 'fma', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_tile', 'neon', 'asimd', 'sve'];

export function readEnvironment(device: Device): Environment {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const git = (...args: string[]) => {
    try {
      return execFileSync('git', ['-C', root, ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    } catch {
      return null; // not a checkout, or no git
    }
  };
  const status = git('status', '--porcelain');
  const require = createRequire(import.meta.url);
  return {
    isogloss: {
      version: packageJson.version,
      revision: git('rev-parse', 'HEAD'),
      modified: status === null ? null : status !== '',
    },
    node: process.versions.node,
    platform: `${process.platform} ${arch()} ${release()}`,
    cpu: { model: cpus()[0]?.model ?? 'unknown', cores: cpus().length, features: cpuFeatures() },
    memoryBytes: totalmem(),
    device,
    packages: Object.fromEntries(packages.map((name) => [name, installedVersion(require, name)])),
  };
}

function installedVersion(require: NodeJS.Require, name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')).version;
    } catch {}
  }
  return 'not found';
}

function cpuFeatures(): string[] {
  try {
    const line = readFileSync('/proc/cpuinfo', 'utf8').match(/^(flags|Features)\s*:\s*(.*)$/m)?.[2] ?? '';
    const present = new Set(line.split(' '));
    return features.filter((feature) => present.has(feature));
  } catch {
    return []; // only Linux tells
  }
}
