#!/usr/bin/env node
/** The `isogloss` command. */
import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `isogloss: Node ${process.versions.node} is too old; start it with npm, which brings Node 24 along\n`,
  );
  process.exit(1);
}

const program = new Command('isogloss').version(packageJson.version).description(packageJson.description);
program
  .command('start', { isDefault: true })
  .description('database (embedded unless DATABASE_URL is set), API and worker in one')
  .action(async () => (await import('./supervisor.ts')).start());
program
  .command('api')
  .description('the API alone, on the database of DATABASE_URL')
  .action(async () => void (await import('./api/main.ts')));
program
  .command('worker')
  .description('a worker alone, on the database of DATABASE_URL')
  .action(async () => void (await import('../workers/main.ts')));
program
  .command('migrate')
  .description('bring the database of DATABASE_URL up to date')
  .action(async () => (await import('./database/migrate-command.ts')).migrate());
program
  .command('ask <query>')
  .description(
    'send a GraphQL operation, or a .graphql file with its variables beside it, to the running laboratory',
  )
  .option('--variables <json>', 'variables of the operation')
  .option('--operation <name>', 'which operation of several')
  .option('--wait', 'wait for the runs that it launched')
  .action(async (query, options) => (await import('./ask.ts')).ask(query, options));
await program.parseAsync();
