import { type Compute, devices } from '#src/device.ts';

/**
 * What the tests of graphs compute with: `TEST_DEVICE=webgpu node test/run.ts graph encoder train` holds a GPU to the
 * values that a processor is held to.
 */
export function computeWith(threads: number): Compute {
  const asked = process.env.TEST_DEVICE || 'cpu';
  const device = devices.find((name) => name === asked);
  if (!device) throw new Error(`TEST_DEVICE "${asked}" is none of ${devices.join(', ')}`);
  return { threads, device };
}
