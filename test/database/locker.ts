/** Locks each folder that it is sent and holds on to it: the processes of lock.test.ts. */
import { lockFolder } from '#src/database/embedded/lock.ts';

process.on('message', (folder: string) => {
  try {
    lockFolder(folder);
    process.send!({ won: true });
  } catch (error) {
    process.send!({ won: false, message: (error as Error).message });
  }
});
process.send!('ready');
