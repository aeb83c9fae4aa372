import '#src/artifacts/schema.ts';
import '#src/benchmarks/import.ts';
import '#src/corpora/import.ts';
import '#src/embeddings/schema.ts';
import '#src/embeddings/index-schema.ts';
import '#src/embeddings/life-schema.ts';
import '#src/embeddings/neighbours-schema.ts';
import '#src/embeddings/search-schema.ts';
import '#src/evaluation/compare-schema.ts';
import '#src/evaluation/launch.ts';
import '#src/evaluation/score-ranking.ts';
import '#src/lineage/annotation.ts';
import '#src/models/import.ts';
import '#src/models/merge.ts';
import '#src/models/merge-check.ts';
import '#src/models/tokenizer.ts';
import '#src/models/training.ts';
import '#src/studies/results-schema.ts';
import '#src/sweeps/launch.ts';
import '#src/sweeps/materialise.ts';
import { builder } from './builder.ts';

/** Every noun adds its types when imported; schema.graphql is this schema printed (`npm run generate`). */
export const schema = builder.toSchema({ sortSchema: true });
