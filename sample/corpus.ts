import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PairUnit } from '#src/corpora/unit.ts';
import { bank } from './domains/bank.ts';
import { car } from './domains/car.ts';
import { clinic } from './domains/clinic.ts';
import { cooking } from './domains/cooking.ts';
import { garden } from './domains/garden.ts';
import { hotel } from './domains/hotel.ts';
import { library } from './domains/library.ts';
import { moving } from './domains/moving.ts';
import { museum } from './domains/museum.ts';
import { pets } from './domains/pets.ts';
import { phone } from './domains/phone.ts';
import { post } from './domains/post.ts';
import { restaurant } from './domains/restaurant.ts';
import { school } from './domains/school.ts';
import { shopping } from './domains/shopping.ts';
import { sports } from './domains/sports.ts';
import { theatre } from './domains/theatre.ts';
import { train } from './domains/train.ts';
import { weather } from './domains/weather.ts';
import { type Domain, unitsOf } from './grammar.ts';

export { writeBenchmark } from './benchmark.ts';

export const domains: Domain[] = [
  bank,
  car,
  clinic,
  cooking,
  garden,
  hotel,
  library,
  moving,
  museum,
  pets,
  phone,
  post,
  restaurant,
  school,
  shopping,
  sports,
  theatre,
  train,
  weather,
];

/** Every unit of the grammar, domain by domain, the same in every run. */
export function* sampleUnits(): Generator<PairUnit> {
  for (const domain of domains) yield* unitsOf(domain);
}

/** Writes the corpus as JSONL in the form the import reads, attributes as fields of the record. */
export async function writeCorpus(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const lines = sampleUnits().map(({ id, source, attributes, query, passage }) =>
    JSON.stringify({ id, source, query, passage, ...attributes }),
  );
  await writeFile(path, `${[...lines].join('\n')}\n`);
}
