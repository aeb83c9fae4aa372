/**
 * Checkpoints: what a run needs to go on as if it had never stopped, that is the arrays an update changes, the number
 * of steps done, and how far the model has been measured. The last two are kept, so that a damaged one costs some steps
 * and not the run. Beside them lies the best model so far, where the recipe asks for it.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Arrays, readAbout, readArrays, writeArrays } from './arrays-file.ts';

/** The step after which the model was measured best, and its average there. */
export interface Best {
  step: number;
  value: number;
}

export interface Progress {
  step: number;
  /** The last step after which the model was measured; 0: none. */
  measured: number;
  best: Best | null;
}

/** A fingerprint is the recipe's; a checkpoint of another one is none of ours. */
type Saved = Progress & { fingerprint: string };

const kept = 2;
const nameOf = (step: number) => `checkpoint-${String(step).padStart(9, '0')}.bin`;
const namePattern = /^checkpoint-(\d{9,})\.bin$/;

export function checkpoints(folder: string, fingerprint: string) {
  const bestFile = join(folder, 'best.bin');

  async function steps(): Promise<number[]> {
    const names = await readdir(folder);
    return names
      .flatMap((n) => namePattern.exec(n)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => b - a);
  }

  /** Whether the best model of a checkpoint is there, or a later one: that one the run will come to again. */
  async function hasBest(best: Best | null): Promise<boolean> {
    if (!best) return true;
    const found = existsSync(bestFile) ? await readAbout<Saved & Best>(bestFile) : null;
    return found?.fingerprint === fingerprint && found.step >= best.step;
  }

  return {
    async save(progress: Progress, state: Arrays) {
      await mkdir(folder, { recursive: true });
      await writeArrays(join(folder, nameOf(progress.step)), { ...progress, fingerprint }, state);
      for (const old of (await steps()).slice(kept)) await rm(join(folder, nameOf(old)));
    },

    /** Keeps these weights as the best so far. */
    async saveBest({ step, value }: Best, weights: Arrays) {
      await mkdir(folder, { recursive: true });
      await writeArrays(bestFile, { step, value, fingerprint }, weights);
    },

    /** Fills the weights with the best kept, which must be that of this step. */
    async restoreBest({ step }: Best, weights: Arrays) {
      const fits = (about: Saved) => about.fingerprint === fingerprint && about.step === step;
      if (!(await readArrays(bestFile, weights, fits)))
        throw new Error(`${bestFile} is not the model of step ${step}`);
    },

    /**
     * Restores the newest sound checkpoint into these arrays; null when there is none. One whose best model is lost is
     * not sound.
     * @param damaged called with the file name of every newer one that is not sound
     */
    async restore(state: Arrays, damaged: (file: string) => void): Promise<Progress | null> {
      await mkdir(folder, { recursive: true });
      for (const step of await steps()) {
        const name = nameOf(step);
        const found = await readArrays<Saved>(
          join(folder, name),
          state,
          async (about) => about.fingerprint === fingerprint && (await hasBest(about.best)),
        );
        if (found) return { step: found.step, measured: found.measured, best: found.best };
        damaged(name);
      }
      return null;
    },
  };
}
