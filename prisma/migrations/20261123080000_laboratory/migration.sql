-- By hand: before any vector column.
CREATE EXTENSION IF NOT EXISTS vector;

-- CreateEnum
CREATE TYPE "EntityKind" AS ENUM ('CORPUS', 'BENCHMARK', 'TOKENIZER', 'MODEL', 'EMBEDDING_SET', 'ARTIFACT');

-- CreateEnum
CREATE TYPE "UnitKind" AS ENUM ('SEGMENT', 'PAIR', 'PARAPHRASE', 'QUERY', 'DOCUMENT');

-- CreateEnum
CREATE TYPE "TextRole" AS ENUM ('TEXT', 'QUERY', 'PASSAGE', 'NEGATIVE', 'FIRST', 'SECOND', 'DOCUMENT');

-- CreateEnum
CREATE TYPE "RunKind" AS ENUM ('IMPORT', 'TOKENIZER', 'TRAINING', 'MERGE', 'EVALUATION', 'EMBEDDING');

-- CreateEnum
CREATE TYPE "RunStatus" AS ENUM ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "AttemptOutcome" AS ENUM ('RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'LOST');

-- CreateEnum
CREATE TYPE "EdgeDirection" AS ENUM ('USED', 'GENERATED');

-- CreateEnum
CREATE TYPE "EmbeddingSetStatus" AS ENUM ('LOADING', 'READY');

-- CreateTable
CREATE TABLE "name" (
    "kind" "EntityKind" NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "digest" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "name_pkey" PRIMARY KEY ("kind","name","version")
);

-- CreateTable
CREATE TABLE "alias" (
    "kind" "EntityKind" NOT NULL,
    "name" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    "digest" TEXT NOT NULL,

    CONSTRAINT "alias_pkey" PRIMARY KEY ("kind","name","alias")
);

-- CreateTable
CREATE TABLE "alias_move" (
    "id" BIGSERIAL NOT NULL,
    "kind" "EntityKind" NOT NULL,
    "name" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    "from" TEXT,
    "to" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "alias_move_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "artifact" (
    "digest" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "media_type" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "artifact_pkey" PRIMARY KEY ("digest")
);

-- CreateTable
CREATE TABLE "collection" (
    "id" SERIAL NOT NULL,
    "kind" "EntityKind" NOT NULL,
    "digest" TEXT NOT NULL,
    "languages" TEXT[],
    "unit_count" INTEGER NOT NULL,
    "text_count" INTEGER NOT NULL,
    "meta" JSONB NOT NULL,
    "report" JSONB NOT NULL,
    "published_at" TIMESTAMPTZ(6),
    "staged_by" UUID,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "collection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "unit" (
    "collection_id" INTEGER NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "parallel_id" TEXT NOT NULL,
    "kind" "UnitKind" NOT NULL,
    "doc" TEXT,
    "source" TEXT,
    "attributes" JSONB,

    CONSTRAINT "unit_pkey" PRIMARY KEY ("collection_id","ordinal")
);

-- CreateTable
CREATE TABLE "text" (
    "collection_id" INTEGER NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "unit_ordinal" INTEGER NOT NULL,
    "role" "TextRole" NOT NULL,
    "language" TEXT NOT NULL,
    "title" TEXT,
    "text" TEXT NOT NULL,

    CONSTRAINT "text_pkey" PRIMARY KEY ("collection_id","ordinal")
);

-- CreateTable
CREATE TABLE "qrel" (
    "collection_id" INTEGER NOT NULL,
    "query_lang" TEXT NOT NULL,
    "doc_lang" TEXT NOT NULL,
    "query_id" TEXT NOT NULL,
    "document_id" TEXT NOT NULL,
    "grade" INTEGER NOT NULL,

    CONSTRAINT "qrel_pkey" PRIMARY KEY ("collection_id","query_lang","doc_lang","query_id","document_id")
);

-- CreateTable
CREATE TABLE "tokenizer" (
    "digest" TEXT NOT NULL,
    "algorithm" TEXT NOT NULL,
    "vocab_size" INTEGER NOT NULL,
    "meta" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tokenizer_pkey" PRIMARY KEY ("digest")
);

-- CreateTable
CREATE TABLE "model" (
    "digest" TEXT NOT NULL,
    "architecture" TEXT NOT NULL,
    "parameters" BIGINT NOT NULL,
    "dimension" INTEGER NOT NULL,
    "meta" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_pkey" PRIMARY KEY ("digest")
);

-- CreateTable
CREATE TABLE "model_file" (
    "model_digest" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "size" BIGINT NOT NULL,

    CONSTRAINT "model_file_pkey" PRIMARY KEY ("model_digest","path")
);

-- CreateTable
CREATE TABLE "run" (
    "id" UUID NOT NULL,
    "kind" "RunKind" NOT NULL,
    "status" "RunStatus" NOT NULL DEFAULT 'QUEUED',
    "names" TEXT[],
    "recipe" JSONB NOT NULL,
    "recipe_hash" TEXT NOT NULL,
    "forced" BOOLEAN NOT NULL DEFAULT false,
    "hints" JSONB NOT NULL DEFAULT '{}',
    "outputs" JSONB NOT NULL DEFAULT '[]',
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(6),
    "cancel_requested_at" TIMESTAMPTZ(6),
    "progress" JSONB,
    "error" JSONB,
    "environment" JSONB,
    "last_seq" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(6),
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attempt" (
    "run_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "worker" TEXT NOT NULL,
    "outcome" "AttemptOutcome" NOT NULL DEFAULT 'RUNNING',
    "error" JSONB,
    "environment" JSONB NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "attempt_pkey" PRIMARY KEY ("run_id","number")
);

-- CreateTable
CREATE TABLE "run_event" (
    "run_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "run_event_pkey" PRIMARY KEY ("run_id","seq")
);

-- CreateTable
CREATE TABLE "metric_point" (
    "run_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "metric_point_pkey" PRIMARY KEY ("run_id","name","step","attempt")
);

-- CreateTable
CREATE TABLE "metric_summary" (
    "run_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "last_step" INTEGER NOT NULL,
    "last" DOUBLE PRECISION NOT NULL,
    "min" DOUBLE PRECISION NOT NULL,
    "max" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "metric_summary_pkey" PRIMARY KEY ("run_id","name")
);

-- CreateTable
CREATE TABLE "lineage_edge" (
    "id" BIGSERIAL NOT NULL,
    "run_id" UUID NOT NULL,
    "direction" "EdgeDirection" NOT NULL,
    "kind" "EntityKind" NOT NULL,
    "digest" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "weight" DOUBLE PRECISION,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "lineage_edge_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "score" (
    "id" BIGSERIAL NOT NULL,
    "run_id" UUID NOT NULL,
    "system" TEXT NOT NULL,
    "benchmark" TEXT NOT NULL,
    "query_lang" TEXT NOT NULL,
    "doc_lang" TEXT NOT NULL,
    "metric" TEXT NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "ci_low" DOUBLE PRECISION,
    "ci_high" DOUBLE PRECISION,
    "queries" INTEGER NOT NULL,
    "convention" JSONB NOT NULL,

    CONSTRAINT "score_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "query_scores" (
    "score_id" BIGINT NOT NULL,
    "query_ids" TEXT[],
    "values" DOUBLE PRECISION[],

    CONSTRAINT "query_scores_pkey" PRIMARY KEY ("score_id")
);

-- CreateTable
CREATE TABLE "score_average" (
    "run_id" UUID NOT NULL,
    "system" TEXT NOT NULL,
    "benchmark" TEXT NOT NULL,
    "metric" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "ci_low" DOUBLE PRECISION,
    "ci_high" DOUBLE PRECISION,
    "directions" INTEGER NOT NULL,

    CONSTRAINT "score_average_pkey" PRIMARY KEY ("run_id","system","benchmark","metric","name")
);

-- CreateTable
CREATE TABLE "embedding_set" (
    "id" SERIAL NOT NULL,
    "digest" TEXT NOT NULL,
    "model_digest" TEXT NOT NULL,
    "collection_id" INTEGER NOT NULL,
    "dimension" INTEGER NOT NULL,
    "count" INTEGER NOT NULL,
    "status" "EmbeddingSetStatus" NOT NULL DEFAULT 'LOADING',
    "staged_by" UUID,
    "meta" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "embedding_set_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tag" (
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "tag" TEXT NOT NULL,

    CONSTRAINT "tag_pkey" PRIMARY KEY ("kind","key","tag")
);

-- CreateTable
CREATE TABLE "note" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "note_pkey" PRIMARY KEY ("id")
);

-- By hand: Prisma has no partitions. One partition a set keeps HNSW usable under generic plans and makes dropping a
-- set a matter of moments.
CREATE TABLE "embedding" (
    "set_id" INTEGER NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "language" TEXT NOT NULL,
    "vec" vector NOT NULL,

    CONSTRAINT "embedding_pkey" PRIMARY KEY ("set_id","ordinal")
) PARTITION BY LIST ("set_id");

-- CreateIndex
CREATE INDEX "name_kind_digest_idx" ON "name"("kind", "digest");

-- CreateIndex
CREATE INDEX "alias_kind_digest_idx" ON "alias"("kind", "digest");

-- CreateIndex
CREATE INDEX "alias_move_kind_name_alias_idx" ON "alias_move"("kind", "name", "alias");

-- CreateIndex
CREATE INDEX "collection_staged_by_idx" ON "collection"("staged_by");

-- CreateIndex
CREATE INDEX "unit_collection_id_parallel_id_idx" ON "unit"("collection_id", "parallel_id");

-- CreateIndex
CREATE INDEX "text_collection_id_unit_ordinal_idx" ON "text"("collection_id", "unit_ordinal");

-- CreateIndex
CREATE INDEX "run_created_at_id_idx" ON "run"("created_at", "id");

-- CreateIndex
CREATE INDEX "run_status_idx" ON "run"("status");

-- CreateIndex
CREATE INDEX "run_recipe_hash_idx" ON "run"("recipe_hash");

-- CreateIndex
CREATE INDEX "lineage_edge_kind_digest_idx" ON "lineage_edge"("kind", "digest");

-- CreateIndex
CREATE UNIQUE INDEX "lineage_edge_run_id_direction_role_position_key" ON "lineage_edge"("run_id", "direction", "role", "position");

-- CreateIndex
CREATE INDEX "score_benchmark_system_metric_idx" ON "score"("benchmark", "system", "metric");

-- CreateIndex
CREATE UNIQUE INDEX "score_run_id_system_benchmark_query_lang_doc_lang_metric_key" ON "score"("run_id", "system", "benchmark", "query_lang", "doc_lang", "metric");

-- CreateIndex
CREATE INDEX "score_average_benchmark_system_metric_idx" ON "score_average"("benchmark", "system", "metric");

-- CreateIndex
CREATE INDEX "embedding_set_digest_idx" ON "embedding_set"("digest");

-- CreateIndex
CREATE INDEX "embedding_set_model_digest_idx" ON "embedding_set"("model_digest");

-- CreateIndex
CREATE INDEX "note_kind_key_idx" ON "note"("kind", "key");

-- AddForeignKey
ALTER TABLE "unit" ADD CONSTRAINT "unit_collection_id_fkey" FOREIGN KEY ("collection_id") REFERENCES "collection"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "text" ADD CONSTRAINT "text_collection_id_fkey" FOREIGN KEY ("collection_id") REFERENCES "collection"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "qrel" ADD CONSTRAINT "qrel_collection_id_fkey" FOREIGN KEY ("collection_id") REFERENCES "collection"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_file" ADD CONSTRAINT "model_file_model_digest_fkey" FOREIGN KEY ("model_digest") REFERENCES "model"("digest") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run_event" ADD CONSTRAINT "run_event_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "metric_point" ADD CONSTRAINT "metric_point_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "metric_summary" ADD CONSTRAINT "metric_summary_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lineage_edge" ADD CONSTRAINT "lineage_edge_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "score" ADD CONSTRAINT "score_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "query_scores" ADD CONSTRAINT "query_scores_score_id_fkey" FOREIGN KEY ("score_id") REFERENCES "score"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "score_average" ADD CONSTRAINT "score_average_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "embedding_set" ADD CONSTRAINT "embedding_set_collection_id_fkey" FOREIGN KEY ("collection_id") REFERENCES "collection"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- By hand: content is published once; rows that are still being loaded do not count.
CREATE UNIQUE INDEX "collection_published" ON "collection"("kind", "digest") WHERE "published_at" IS NOT NULL;
CREATE UNIQUE INDEX "embedding_set_ready" ON "embedding_set"("digest") WHERE "status" = 'READY';

-- By hand: a recipe has at most one run that stands for it; failed and cancelled runs do not, forced ones never do.
CREATE UNIQUE INDEX "run_recipe_stands" ON "run"("recipe_hash")
    WHERE NOT "forced" AND "status" IN ('QUEUED', 'RUNNING', 'SUCCEEDED');

-- By hand: lineage is append-only and acyclic.
CREATE FUNCTION lineage_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'lineage is append-only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER lineage_edge_append_only BEFORE UPDATE OR DELETE ON "lineage_edge"
    FOR EACH ROW EXECUTE FUNCTION lineage_append_only();
CREATE TRIGGER lineage_edge_no_truncate BEFORE TRUNCATE ON "lineage_edge"
    FOR EACH STATEMENT EXECUTE FUNCTION lineage_append_only();

-- Does run `descendant` build, over any number of steps, on entity (kind, digest)?
CREATE FUNCTION lineage_reaches(descendant uuid, ancestor_kind "EntityKind", ancestor_digest text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE ancestors(kind, digest) AS (
        SELECT kind, digest FROM lineage_edge WHERE run_id = descendant AND direction = 'USED'
        UNION
        SELECT used.kind, used.digest
        FROM ancestors
        JOIN lineage_edge made ON made.kind = ancestors.kind AND made.digest = ancestors.digest AND made.direction = 'GENERATED'
        JOIN lineage_edge used ON used.run_id = made.run_id AND used.direction = 'USED'
    )
    SELECT EXISTS (SELECT 1 FROM ancestors WHERE kind = ancestor_kind AND digest = ancestor_digest)
$$;

-- Two transactions could each add half of a cycle unseen by the other, so inserts take turns.
CREATE FUNCTION lineage_acyclic() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1818324837);
    IF NEW.direction = 'GENERATED' AND lineage_reaches(NEW.run_id, NEW.kind, NEW.digest) THEN
        RAISE EXCEPTION 'lineage cycle: run % builds on % %', NEW.run_id, NEW.kind, NEW.digest USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.direction = 'USED' AND EXISTS (
        SELECT 1 FROM lineage_edge made
        WHERE made.run_id = NEW.run_id AND made.direction = 'GENERATED' AND (
            (made.kind = NEW.kind AND made.digest = NEW.digest)
            OR EXISTS (
                SELECT 1 FROM lineage_edge maker
                WHERE maker.kind = NEW.kind AND maker.digest = NEW.digest AND maker.direction = 'GENERATED'
                AND lineage_reaches(maker.run_id, made.kind, made.digest)
            )
        )
    ) THEN
        RAISE EXCEPTION 'lineage cycle: run % made what % % builds on', NEW.run_id, NEW.kind, NEW.digest USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER lineage_edge_acyclic BEFORE INSERT ON "lineage_edge"
    FOR EACH ROW EXECUTE FUNCTION lineage_acyclic();
