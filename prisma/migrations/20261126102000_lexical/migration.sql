-- CreateTable
CREATE TABLE "inverted_index" (
    "id" SERIAL NOT NULL,
    "set_id" INTEGER NOT NULL,
    "languages" JSONB NOT NULL DEFAULT '{}',
    "size" INTEGER NOT NULL DEFAULT 0,
    "ready" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "inverted_index_pkey" PRIMARY KEY ("id")
);

-- By hand: one partition an index, as embeddings have one a set. Terms are compared as bytes, for they are only looked up.
CREATE TABLE "posting" (
    "index_id" INTEGER NOT NULL,
    "term" TEXT COLLATE "C" NOT NULL,
    "language" TEXT COLLATE "C" NOT NULL,
    "segment" INTEGER NOT NULL,
    "documents" INTEGER NOT NULL,
    "list" BYTEA NOT NULL,

    CONSTRAINT "posting_pkey" PRIMARY KEY ("index_id","term","language","segment")
) PARTITION BY LIST ("index_id");

-- CreateIndex
CREATE INDEX "inverted_index_set_id_idx" ON "inverted_index"("set_id");

-- AddForeignKey
ALTER TABLE "inverted_index" ADD CONSTRAINT "inverted_index_set_id_fkey" FOREIGN KEY ("set_id") REFERENCES "embedding_set"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand: of two that are built at once, one stands.
CREATE UNIQUE INDEX "inverted_index_ready" ON "inverted_index"("set_id") WHERE "ready";

-- By hand: whoever deletes a set deletes its index, and with the index go its postings, in a moment.
CREATE FUNCTION inverted_index_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS %I', 'posting_' || OLD."id");
    RETURN NULL;
END $$;

CREATE TRIGGER inverted_index_gone AFTER DELETE ON "inverted_index"
    FOR EACH ROW EXECUTE FUNCTION inverted_index_gone();
