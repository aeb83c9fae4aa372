/** A soup of some of the models, by their places, and how it stands; null: not to be chosen. */
export interface Trial {
  members: number[];
  value: number | null;
  kept: boolean;
}

/**
 * The greedy soup (Wortsman et al. 2022, recipe 1): the models in the order of their own values, best first, each
 * added to a plain average where the value does not fall.
 *
 * @param standingOf measures the average of some models
 * @returns every soup measured, in that order: each model alone, then each trial
 */
export async function greedySoup(
  models: number,
  standingOf: (members: number[]) => Promise<number | null>,
): Promise<Trial[]> {
  const alone: Trial[] = [];
  for (let i = 0; i < models; i++) alone.push({ members: [i], value: await standingOf([i]), kept: false });
  const rank = ({ value }: Trial) => value ?? Number.NEGATIVE_INFINITY;
  // A sort is stable: of equal ones the first named comes first. Infinities are never subtracted.
  const order = [...alone].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(b) > rank(a) ? 1 : -1));
  let [soup] = order;
  soup.kept = true;
  const trials: Trial[] = [];
  for (const { members } of order.slice(1)) {
    const together = [...soup.members, ...members].sort((a, b) => a - b);
    const trial: Trial = { members: together, value: await standingOf(together), kept: false };
    trials.push(trial);
    if (rank(trial) < rank(soup)) continue;
    trial.kept = true;
    soup = trial;
  }
  return [...alone, ...trials];
}
