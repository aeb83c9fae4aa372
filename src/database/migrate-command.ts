import { configOrExit } from '#src/config.ts';
import { applyMigrations, checkServer } from './migrate.ts';

/** `isogloss migrate`: for deployments that bring the database up to date before API and workers start. */
export async function migrate() {
  const { databaseUrl } = configOrExit();
  try {
    if (!databaseUrl)
      throw new Error('DATABASE_URL is not set; the embedded database is migrated by `npm start`');
    await checkServer(databaseUrl);
    await applyMigrations(databaseUrl);
  } catch (error) {
    process.stderr.write(`isogloss: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
