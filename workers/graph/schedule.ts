export interface Schedule {
  learningRate: number;
  warmupSteps: number;
  schedule: 'COSINE' | 'LINEAR' | 'CONSTANT';
  steps: number;
}

/**
 * Learning rate of step 0 .. steps - 1: linear from 0 over the warm-up, then a cosine or a line to 0, or none, as
 * transformers' get_*_schedule_with_warmup; but the first step counts as 1 there, for one at rate 0 teaches nothing.
 */
export function learningRateAt(
  step: number,
  { learningRate, warmupSteps, schedule, steps }: Schedule,
): number {
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
  if (schedule === 'CONSTANT') return learningRate;
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  return learningRate * (schedule === 'LINEAR' ? 1 - progress : (1 + Math.cos(Math.PI * progress)) / 2);
}
