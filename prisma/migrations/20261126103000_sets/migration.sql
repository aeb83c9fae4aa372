-- AlterTable
ALTER TABLE "embedding_set" ADD COLUMN     "loader" UUID;
