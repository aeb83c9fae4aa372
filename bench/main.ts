/**
 * `npm run bench -- NAME [--json FILE]`: our work and a peer's side by side, in one run on one machine.
 * A bench is a file of this folder that exports `bench`; it needs what bench/peers/setup installs.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Bench, Comparison } from './comparison.ts';
import { table } from './comparison.ts';

const plumbing = ['main.ts', 'comparison.ts', 'clustered.ts'];
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && !plumbing.includes(file))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
const [name, ...args] = positionals;
if (!names.includes(name)) {
  process.stderr.write(
    `usage: npm run bench -- NAME [ARGUMENTS] [--json FILE]\nbenches: ${names.join(', ')}\n`,
  );
  process.exit(1);
}
const { bench } = (await import(`./${name}.ts`)) as { bench: Bench };
const comparisons: Comparison[] = [];
for await (const comparison of bench(args)) {
  comparisons.push(comparison);
  process.stdout.write(`${table([comparison], comparisons.length === 1)}\n`);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(comparisons, null, 2)}\n`);
