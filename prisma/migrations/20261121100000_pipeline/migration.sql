-- CreateEnum
CREATE TYPE "dependency_kind" AS ENUM ('hard', 'soft');

-- CreateEnum
CREATE TYPE "slot_state" AS ENUM ('waiting', 'held');

-- AlterTable
ALTER TABLE "work_orders" ADD COLUMN "owner" TEXT NOT NULL DEFAULT 'local operator';

-- AlterTable: a repaired attempt has one checkpoint per step and round.
ALTER TABLE "checkpoints" ADD COLUMN "round" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "checkpoints" DROP CONSTRAINT "checkpoints_pkey";
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_pkey" PRIMARY KEY ("work_order_id", "attempt", "step", "round");

-- AlterTable: a repository may have several gates of one kind.
ALTER TABLE "gate_results" ADD COLUMN "round" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "gate_results" ADD COLUMN "verdict" JSONB NOT NULL DEFAULT '{}';
ALTER TABLE "gate_results" DROP CONSTRAINT "gate_results_pkey";
ALTER TABLE "gate_results" ADD CONSTRAINT "gate_results_pkey" PRIMARY KEY ("work_order_id", "attempt", "round", "position");

-- AlterTable
ALTER TABLE "escalations" ADD COLUMN "recommendation" JSONB;

-- AlterTable
ALTER TABLE "outcome_vectors" ADD COLUMN "acceptance" JSONB,
ADD COLUMN "acceptance_score" DOUBLE PRECISION,
ADD COLUMN "edit_format" TEXT,
ADD COLUMN "guard_hits" JSONB NOT NULL DEFAULT '[]';

-- CreateTable
CREATE TABLE "work_order_dependencies" (
    "work_order_id" UUID NOT NULL,
    "depends_on_id" UUID NOT NULL,
    "kind" "dependency_kind" NOT NULL,

    CONSTRAINT "work_order_dependencies_pkey" PRIMARY KEY ("work_order_id","depends_on_id")
);

-- CreateTable
CREATE TABLE "slots" (
    "work_order_id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "model" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "priority" INTEGER NOT NULL,
    "state" "slot_state" NOT NULL DEFAULT 'waiting',
    "asked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "held_since" TIMESTAMPTZ(3),

    CONSTRAINT "slots_pkey" PRIMARY KEY ("work_order_id")
);

-- CreateTable
CREATE TABLE "baselines" (
    "repository_id" UUID NOT NULL,
    "commit" TEXT NOT NULL,
    "tool_chain" TEXT NOT NULL,
    "measurements" JSONB NOT NULL,
    "duration_ms" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "baselines_pkey" PRIMARY KEY ("repository_id","commit","tool_chain")
);

-- CreateTable
CREATE TABLE "stop_all" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "stopped" BOOLEAN NOT NULL,
    "reason" TEXT NOT NULL,
    "changed_by" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "stop_all_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "work_order_dependencies_depends_on_id_idx" ON "work_order_dependencies"("depends_on_id");

-- CreateIndex
CREATE INDEX "slots_state_idx" ON "slots"("state");

-- AddForeignKey
ALTER TABLE "work_order_dependencies" ADD CONSTRAINT "work_order_dependencies_work_order_id_fkey" FOREIGN KEY ("work_order_id") REFERENCES "work_orders"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_order_dependencies" ADD CONSTRAINT "work_order_dependencies_depends_on_id_fkey" FOREIGN KEY ("depends_on_id") REFERENCES "work_orders"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "slots" ADD CONSTRAINT "slots_work_order_id_fkey" FOREIGN KEY ("work_order_id") REFERENCES "work_orders"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "slots" ADD CONSTRAINT "slots_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repositories"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "baselines" ADD CONSTRAINT "baselines_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repositories"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- There is one switch.
ALTER TABLE "stop_all" ADD CONSTRAINT "stop_all_is_one_row" CHECK ("id" = 1);
