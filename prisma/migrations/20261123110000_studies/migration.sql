-- CreateTable
CREATE TABLE "study" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "spec" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "cancelled_at" TIMESTAMPTZ(6),

    CONSTRAINT "study_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "study_step" (
    "study_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "kind" "RunKind" NOT NULL,
    "input" JSONB NOT NULL,
    "after" TEXT[],
    "cell" JSONB NOT NULL,
    "run_id" UUID,
    "error" JSONB,

    CONSTRAINT "study_step_pkey" PRIMARY KEY ("study_id","key")
);

-- CreateTable
CREATE TABLE "verification" (
    "run_id" UUID NOT NULL,
    "copy_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "verification_pkey" PRIMARY KEY ("copy_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "study_name_key" ON "study"("name");

-- CreateIndex
CREATE INDEX "study_step_run_id_idx" ON "study_step"("run_id");

-- CreateIndex
CREATE INDEX "verification_run_id_idx" ON "verification"("run_id");

-- AddForeignKey
ALTER TABLE "study_step" ADD CONSTRAINT "study_step_study_id_fkey" FOREIGN KEY ("study_id") REFERENCES "study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "study_step" ADD CONSTRAINT "study_step_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "verification" ADD CONSTRAINT "verification_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "verification" ADD CONSTRAINT "verification_copy_id_fkey" FOREIGN KEY ("copy_id") REFERENCES "run"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


