/** How systems are named in scores: 'bm25', a model by its digest, or 'run:' and the name of one that ranked elsewhere. */
export const BM25 = 'bm25';
const FOREIGN = 'run:';

/** No name has a colon, so that nothing else can be called this. */
export const foreignSystem = (name: string) => `${FOREIGN}${name}`;
export const isForeign = (system: string) => system.startsWith(FOREIGN);
export const isModel = (system: string) => system !== BM25 && !isForeign(system);
