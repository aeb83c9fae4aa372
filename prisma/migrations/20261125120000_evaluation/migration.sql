-- CreateEnum
CREATE TYPE "Pool" AS ENUM ('MONO', 'CROSS', 'MIXED_PARALLEL', 'MIXED_DISTRACTOR');

-- DropIndex
DROP INDEX "score_run_id_system_benchmark_query_lang_doc_lang_metric_key";

-- AlterTable
-- By hand: scores that stand already are all over the documents of one language.
ALTER TABLE "score" ADD COLUMN "pool" "Pool";
UPDATE "score" SET "pool" = (CASE WHEN "query_lang" = "doc_lang" THEN 'MONO' ELSE 'CROSS' END)::"Pool";
ALTER TABLE "score" ALTER COLUMN "pool" SET NOT NULL;

-- CreateIndex
CREATE UNIQUE INDEX "score_run_id_system_benchmark_query_lang_doc_lang_pool_metr_key" ON "score"("run_id", "system", "benchmark", "query_lang", "doc_lang", "pool", "metric");
