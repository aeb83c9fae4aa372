/** Writes schema.graphql, the printed contract; `--check` only says whether it is up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printSchema } from 'graphql';
import { schema } from './schema.ts';

const file = fileURLToPath(new URL('../../schema.graphql', import.meta.url));
const text = `# Printed from src/ by \`npm run schema\`; do not edit.\n\n${printSchema(schema)}\n`;
if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  process.stderr.write('schema.graphql is out of date; run `npm run schema`\n');
  process.exitCode = 1;
}
