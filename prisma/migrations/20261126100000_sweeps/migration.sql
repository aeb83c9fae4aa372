-- AlterEnum
ALTER TYPE "RunKind" ADD VALUE 'SWEEP';
