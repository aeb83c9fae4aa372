/** The API process: GraphQL, subscriptions, artifacts and the page, over a database that is there already. */
import './production.ts';
import { join } from 'node:path';
import pino from 'pino';
import { openDiskStore } from '#src/artifacts/store.ts';
import { configOrExit } from '#src/config.ts';
import { connect } from '#src/database/client.ts';
import { openEncoders } from '#src/embeddings/encoder.ts';
import { openFeed } from '#src/runs/feed.ts';
import { openQueue } from '#src/runs/queue.ts';
import { keepStudiesGoing } from '#src/studies/advance.ts';
import { schema } from './schema.ts';
import { startServer } from './server.ts';

const config = configOrExit();
const log = pino({ name: 'api' }, pino.destination(2));
if (!config.databaseUrl) {
  process.stderr.write(
    'isogloss: the API needs DATABASE_URL; `npm start` sets it for the embedded database\n',
  );
  process.exit(1);
}

const db = connect(config.databaseUrl);
const store = await openDiskStore(join(config.home, 'artifacts'));
const queue = await openQueue(db, 'api', (error) => log.warn(`queue: ${error.message}`));
const feed = openFeed(db, (error) => log.warn(`events: ${error.message}`));
const encoders = openEncoders(config.threads, (line) => log.info(`encoder: ${line}`));
const context = { lab: { db, store, queue }, config, encoders, feed };
const server = await startServer(schema, context, log).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES' && error.code !== 'EADDRNOTAVAIL') throw error;
  const why = {
    EADDRINUSE: 'is in use',
    EACCES: 'may not be used',
    EADDRNOTAVAIL: 'is no address of this machine',
  }[error.code];
  process.stderr.write(`isogloss: ${config.host}:${config.port} ${why}; choose another with PORT and HOST\n`);
  process.exit(1);
});

const studies = keepStudiesGoing(schema, context, log);

let stopping = false;
async function stop() {
  if (stopping) return;
  stopping = true;
  encoders.stop();
  await studies.stop();
  await feed.close();
  await server.stop();
  await queue.stop().catch(() => {});
  await db.close().catch(() => {});
  process.exit(0);
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.on('disconnect', stop); // the supervisor is gone
process.on('unhandledRejection', (error) => log.error(error, 'unhandled rejection'));
process.send?.({ ready: true, address: server.address });
log.info(server.address, 'ready');
