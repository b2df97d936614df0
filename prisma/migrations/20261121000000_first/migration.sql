-- CreateEnum
CREATE TYPE "failure_class" AS ENUM ('compile_error', 'contract_violation', 'test_fail', 'lint_error', 'orchestration_error', 'budget_exceeded', 'dependency_missing', 'timeout', 'unknown');

-- CreateEnum
CREATE TYPE "work_order_status" AS ENUM ('draft', 'awaiting_approval', 'queued', 'running', 'waiting', 'completed', 'needs_review', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "start_state" AS ENUM ('pending', 'started');

-- CreateEnum
CREATE TYPE "risk" AS ENUM ('low', 'medium', 'high');

-- CreateEnum
CREATE TYPE "decision_type" AS ENUM ('routing', 'refinement_cycle', 'escalation', 'retry', 'skip');

-- CreateEnum
CREATE TYPE "escalation_state" AS ENUM ('open', 'resolved');

-- CreateEnum
CREATE TYPE "pull_request_state" AS ENUM ('open', 'merged', 'closed');

-- CreateEnum
CREATE TYPE "model_call_state" AS ENUM ('reserved', 'settled', 'released');

-- CreateTable
CREATE TABLE "repositories" (
    "id" UUID NOT NULL,
    "location" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "repositories_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "work_orders" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "repository_id" UUID NOT NULL,
    "base_branch" TEXT NOT NULL,
    "base_commit" TEXT NOT NULL,
    "acceptance_criteria" JSONB NOT NULL,
    "files_in_scope" TEXT[],
    "risk" "risk" NOT NULL,
    "priority" INTEGER NOT NULL,
    "cost_cap_usd_micros" BIGINT NOT NULL,
    "inspection" JSONB NOT NULL,
    "approved_by" TEXT NOT NULL,
    "approved_at" TIMESTAMPTZ(3) NOT NULL,
    "start_state" "start_state" NOT NULL DEFAULT 'pending',
    "status" "work_order_status" NOT NULL DEFAULT 'queued',
    "step" TEXT,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "waiting_for" TEXT,
    "model" TEXT,
    "failure_class" "failure_class",
    "last_event_sequence" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "work_orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "work_order_events" (
    "work_order_id" UUID NOT NULL,
    "sequence" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "work_order_events_pkey" PRIMARY KEY ("work_order_id","sequence")
);

-- CreateTable
CREATE TABLE "checkpoints" (
    "work_order_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "step" TEXT NOT NULL,
    "base_commit" TEXT NOT NULL,
    "commit" TEXT NOT NULL,
    "bundle" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "checkpoints_pkey" PRIMARY KEY ("work_order_id","attempt","step")
);

-- CreateTable
CREATE TABLE "proposals" (
    "work_order_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "plan" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "proposals_pkey" PRIMARY KEY ("work_order_id","attempt")
);

-- CreateTable
CREATE TABLE "gate_results" (
    "work_order_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "gate" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "command" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "exit_code" INTEGER,
    "duration_ms" INTEGER NOT NULL,
    "output" TEXT NOT NULL,
    "sandboxed" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "gate_results_pkey" PRIMARY KEY ("work_order_id","attempt","gate")
);

-- CreateTable
CREATE TABLE "decision_logs" (
    "id" UUID NOT NULL,
    "work_order_id" UUID,
    "type" "decision_type" NOT NULL,
    "agent" TEXT NOT NULL,
    "attempt" INTEGER,
    "input" JSONB NOT NULL,
    "output" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "confidence" DOUBLE PRECISION,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "decision_logs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "escalations" (
    "id" UUID NOT NULL,
    "work_order_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "trigger" TEXT NOT NULL,
    "failure_class" "failure_class" NOT NULL,
    "context" JSONB NOT NULL,
    "options" JSONB NOT NULL,
    "state" "escalation_state" NOT NULL DEFAULT 'open',
    "chosen_option" TEXT,
    "parameters" JSONB,
    "note" TEXT,
    "resolved_by" TEXT,
    "resolved_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "escalations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outcome_vectors" (
    "id" UUID NOT NULL,
    "work_order_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "success" BOOLEAN NOT NULL,
    "failure_class" "failure_class",
    "error_context" JSONB,
    "failed_step" TEXT,
    "cost_usd_micros" BIGINT NOT NULL,
    "execution_time_ms" INTEGER NOT NULL,
    "model_asked" TEXT NOT NULL,
    "model_served" TEXT,
    "route_reason" TEXT NOT NULL,
    "policy_version" TEXT NOT NULL,
    "diff_files" INTEGER NOT NULL,
    "diff_lines_added" INTEGER NOT NULL,
    "diff_lines_removed" INTEGER NOT NULL,
    "test_time_ms" INTEGER NOT NULL,
    "refinement_cycles" INTEGER NOT NULL,
    "repair_rounds" INTEGER NOT NULL,
    "complexity" DOUBLE PRECISION NOT NULL,
    "complexity_factors" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outcome_vectors_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pull_requests" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "repository_id" UUID NOT NULL,
    "work_order_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "forge" TEXT NOT NULL,
    "forge_location" TEXT NOT NULL,
    "head_branch" TEXT NOT NULL,
    "base_branch" TEXT NOT NULL,
    "head_commit" TEXT NOT NULL,
    "base_commit" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "diff" TEXT NOT NULL,
    "diff_stat" JSONB NOT NULL,
    "draft" BOOLEAN NOT NULL,
    "state" "pull_request_state" NOT NULL DEFAULT 'open',
    "merge_commit" TEXT,
    "merged_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pull_requests_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_calls" (
    "id" UUID NOT NULL,
    "work_order_id" UUID,
    "attempt" INTEGER,
    "step" TEXT NOT NULL,
    "prompt_hash" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "asked_model" TEXT NOT NULL,
    "served_model" TEXT,
    "state" "model_call_state" NOT NULL DEFAULT 'reserved',
    "reserved_usd_micros" BIGINT NOT NULL,
    "reserved_until" TIMESTAMPTZ(3) NOT NULL,
    "cost_usd_micros" BIGINT,
    "input_tokens" INTEGER,
    "output_tokens" INTEGER,
    "cached_input_tokens" INTEGER,
    "latency_ms" INTEGER,
    "error_code" TEXT,
    "price_version" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_calls_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_answers" (
    "work_order_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "step" TEXT NOT NULL,
    "prompt_hash" TEXT NOT NULL,
    "answer" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_answers_pkey" PRIMARY KEY ("work_order_id","attempt","step","prompt_hash")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "key" TEXT NOT NULL,
    "body_hash" TEXT NOT NULL,
    "work_order_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "repositories_location_key" ON "repositories"("location");

-- CreateIndex
CREATE UNIQUE INDEX "work_orders_number_key" ON "work_orders"("number");

-- CreateIndex
CREATE INDEX "work_orders_status_number_idx" ON "work_orders"("status", "number");

-- CreateIndex
CREATE INDEX "work_orders_repository_id_number_idx" ON "work_orders"("repository_id", "number");

-- CreateIndex
CREATE INDEX "decision_logs_work_order_id_created_at_idx" ON "decision_logs"("work_order_id", "created_at");

-- CreateIndex
CREATE INDEX "decision_logs_type_created_at_idx" ON "decision_logs"("type", "created_at");

-- CreateIndex
CREATE INDEX "escalations_state_created_at_idx" ON "escalations"("state", "created_at");

-- CreateIndex
CREATE INDEX "escalations_work_order_id_idx" ON "escalations"("work_order_id");

-- CreateIndex
CREATE INDEX "outcome_vectors_failure_class_created_at_idx" ON "outcome_vectors"("failure_class", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "outcome_vectors_work_order_id_attempt_key" ON "outcome_vectors"("work_order_id", "attempt");

-- CreateIndex
CREATE UNIQUE INDEX "pull_requests_number_key" ON "pull_requests"("number");

-- CreateIndex
CREATE UNIQUE INDEX "pull_requests_repository_id_head_branch_key" ON "pull_requests"("repository_id", "head_branch");

-- CreateIndex
CREATE INDEX "model_calls_work_order_id_created_at_idx" ON "model_calls"("work_order_id", "created_at");

-- AddForeignKey
ALTER TABLE "work_orders" ADD CONSTRAINT "work_orders_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repositories"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_order_events" ADD CONSTRAINT "work_order_events_work_order_id_fkey" FOREIGN KEY ("work_order_id") REFERENCES "work_orders"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_work_order_id_fkey" FOREIGN KEY ("work_order_id") REFERENCES "work_orders"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "proposals" ADD CONSTRAINT "proposals_work_order_id_fkey" FOREIGN KEY ("work_order_id") REFERENCES "work_orders"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "gate_results" ADD CONSTRAINT "gate_results_work_order_id_fkey" FOREIGN KEY ("work_order_id") REFERENCES "work_orders"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "decision_logs" ADD CONSTRAINT "decision_logs_work_order_id_fkey" FOREIGN KEY ("work_order_id") REFERENCES "work_orders"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "escalations" ADD CONSTRAINT "escalations_work_order_id_fkey" FOREIGN KEY ("work_order_id") REFERENCES "work_orders"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outcome_vectors" ADD CONSTRAINT "outcome_vectors_work_order_id_fkey" FOREIGN KEY ("work_order_id") REFERENCES "work_orders"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pull_requests" ADD CONSTRAINT "pull_requests_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repositories"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pull_requests" ADD CONSTRAINT "pull_requests_work_order_id_fkey" FOREIGN KEY ("work_order_id") REFERENCES "work_orders"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_calls" ADD CONSTRAINT "model_calls_work_order_id_fkey" FOREIGN KEY ("work_order_id") REFERENCES "work_orders"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_answers" ADD CONSTRAINT "model_answers_work_order_id_fkey" FOREIGN KEY ("work_order_id") REFERENCES "work_orders"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_work_order_id_fkey" FOREIGN KEY ("work_order_id") REFERENCES "work_orders"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- One open escalation per order and trigger: a repeated activity finds the open one instead of asking twice.
CREATE UNIQUE INDEX "escalations_one_open_per_trigger" ON "escalations"("work_order_id", "trigger") WHERE "state" = 'open';

-- Every failed attempt carries a class and a context.
ALTER TABLE "outcome_vectors" ADD CONSTRAINT "outcome_vectors_failure_is_explained"
  CHECK ("success" OR ("failure_class" IS NOT NULL AND "error_context" IS NOT NULL));

-- An answered escalation says with what, by whom and when.
ALTER TABLE "escalations" ADD CONSTRAINT "escalations_answer_is_complete"
  CHECK ("state" = 'open' OR ("chosen_option" IS NOT NULL AND "resolved_by" IS NOT NULL AND "resolved_at" IS NOT NULL));
