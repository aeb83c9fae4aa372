-- By hand: sets that are there get what new sets are loaded with.
-- AlterTable
ALTER TABLE "embedding" ADD COLUMN     "unit_ordinal" INTEGER;
UPDATE "embedding" e SET "unit_ordinal" = t."unit_ordinal"
FROM "embedding_set" s JOIN "text" t ON t."collection_id" = s."collection_id"
WHERE s."id" = e."set_id" AND t."ordinal" = e."ordinal";
ALTER TABLE "embedding" ALTER COLUMN "unit_ordinal" SET NOT NULL;

-- AlterTable
ALTER TABLE "embedding_set" ADD COLUMN     "languages" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "texts_per_unit" INTEGER NOT NULL DEFAULT 1;
UPDATE "embedding_set" s SET
    "languages" = (SELECT coalesce(jsonb_object_agg(l."language", l."n"), '{}')
        FROM (SELECT "language", count(*) AS "n" FROM "embedding" WHERE "set_id" = s."id" GROUP BY 1) l),
    "texts_per_unit" = (SELECT coalesce(max(u."n"), 1)
        FROM (SELECT count(*) AS "n" FROM "embedding" WHERE "set_id" = s."id" GROUP BY "unit_ordinal") u);

-- CreateTable
CREATE TABLE "embedding_recall" (
    "id" BIGSERIAL NOT NULL,
    "set_id" INTEGER NOT NULL,
    "mode" TEXT NOT NULL,
    "language" TEXT,
    "k" INTEGER NOT NULL,
    "sample" INTEGER NOT NULL,
    "recall" DOUBLE PRECISION NOT NULL,
    "p50" DOUBLE PRECISION NOT NULL,
    "p95" DOUBLE PRECISION NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "embedding_recall_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "embedding_recall_set_id_idx" ON "embedding_recall"("set_id");

-- CreateIndex
CREATE INDEX "unit_collection_id_doc_idx" ON "unit"("collection_id", "doc");

-- CreateIndex
CREATE INDEX "unit_collection_id_source_idx" ON "unit"("collection_id", "source");

-- AddForeignKey
ALTER TABLE "embedding_recall" ADD CONSTRAINT "embedding_recall_set_id_fkey" FOREIGN KEY ("set_id") REFERENCES "embedding_set"("id") ON DELETE CASCADE ON UPDATE CASCADE;
