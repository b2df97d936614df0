-- Takes back the gateway's bookkeeping: sums, reports, functions and the details of calls. The sums are computed from
-- the calls again when the migration is applied again.
DROP FUNCTION settle_model_calls(jsonb), add_to_budget(text, bigint, bigint, integer), reserve_model_calls(jsonb),
  budget_used(text), expire_model_calls();
DROP TABLE "worker_reports", "budget_accounts";

DROP INDEX "outcome_vectors_failure_fingerprint_idx";
ALTER TABLE "outcome_vectors" DROP COLUMN "failure_fingerprint", DROP COLUMN "is_degraded";

DROP INDEX "model_calls_state_reserved_until_idx";
ALTER TABLE "model_calls" DROP COLUMN "first_byte_ms", DROP COLUMN "is_usage_estimated",
  DROP COLUMN "cache_write_input_tokens", DROP COLUMN "budget_day", DROP COLUMN "fallback_from",
  DROP COLUMN "retry_number", DROP COLUMN "operation";
DROP TYPE "model_operation";

-- A value can't be taken out of an enumeration, so it is made again without it. A reservation that expired gave its
-- money back, which the older word for is released.
ALTER TYPE "model_call_state" RENAME TO "model_call_state_with_expired";
CREATE TYPE "model_call_state" AS ENUM ('reserved', 'settled', 'released');
ALTER TABLE "model_calls" ALTER COLUMN "state" DROP DEFAULT,
  ALTER COLUMN "state" TYPE "model_call_state"
    USING (CASE "state"::text WHEN 'expired' THEN 'released' ELSE "state"::text END)::"model_call_state",
  ALTER COLUMN "state" SET DEFAULT 'reserved';
DROP TYPE "model_call_state_with_expired";
