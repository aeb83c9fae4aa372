-- AlterTable
ALTER TABLE "alias_move" ALTER COLUMN "to" DROP NOT NULL;

-- AlterTable
ALTER TABLE "embedding_set" ADD COLUMN     "loader" UUID;
