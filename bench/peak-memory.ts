import { readFileSync } from 'node:fs';

/**
 * The most memory that this process held at a time, in MiB. The kernel's ru_maxrss counts the parent's as well when a
 * process is started, so of a small process it shows what the bench itself held; VmHWM begins anew with the program.
 */
export function peakMiB(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1024;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;
}
