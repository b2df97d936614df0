-- Gives all leases back and takes them away: each call asks for its own money again.
WITH ended AS (DELETE FROM budget_leases RETURNING work_order_id, budget_day, left_usd_micros)
SELECT add_reserved(work_order_id, budget_day, -left_usd_micros) FROM ended;
DROP FUNCTION return_lease(uuid, bigint), lease_budget(jsonb), add_reserved(uuid, date, bigint);
DROP TABLE "budget_leases";

CREATE OR REPLACE FUNCTION expire_model_calls()
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7205002);
  WITH expired AS (
    UPDATE model_calls SET state = 'expired'
    WHERE state = 'reserved' AND reserved_until <= clock_timestamp()
    RETURNING work_order_id, budget_day, reserved_usd_micros
  ), sums AS (
    SELECT accounts.key, sum(expired.reserved_usd_micros) AS reserved
    FROM expired
    CROSS JOIN LATERAL (VALUES
      ('order:' || expired.work_order_id),
      ('day:' || expired.budget_day),
      ('month:' || to_char(expired.budget_day, 'YYYY-MM'))
    ) AS accounts (key)
    WHERE accounts.key IS NOT NULL
    GROUP BY accounts.key
  )
  UPDATE budget_accounts SET reserved_usd_micros = budget_accounts.reserved_usd_micros - sums.reserved
  FROM sums WHERE budget_accounts.key = sums.key;
END
$$;

CREATE OR REPLACE FUNCTION settle_model_calls(batch jsonb)
RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  call record;
  before record;
  given_back bigint;
  calls_day date := NULL;
  day_settled bigint := 0;
  day_reserved bigint := 0;
  day_calls integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(7205002);
  FOR call IN
    SELECT * FROM jsonb_to_recordset(batch) AS calls (
      "id" uuid, "workOrderId" uuid, "attempt" integer, "step" text, "promptHash" text, "operation" text,
      "provider" text, "askedModel" text, "amountUsdMicros" bigint, "priceVersion" text, "retryNumber" integer,
      "fallbackFrom" text, "outcome" text, "servedModel" text, "costUsdMicros" bigint, "inputTokens" integer,
      "outputTokens" integer, "cachedInputTokens" integer, "cacheWriteInputTokens" integer,
      "isUsageEstimated" boolean, "latencyMs" integer, "firstByteMs" integer, "errorCode" text, "answer" jsonb)
  LOOP
    SELECT state, reserved_usd_micros, budget_day INTO before FROM model_calls WHERE id = call."id";
    IF NOT FOUND THEN
      -- The database lost the reservation in a crash; an order that was deleted meanwhile has no ledger any more.
      CONTINUE WHEN call."workOrderId" IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM work_orders WHERE work_orders.id = call."workOrderId");
      INSERT INTO model_calls (id, work_order_id, attempt, step, prompt_hash, operation, provider, asked_model, state,
        reserved_usd_micros, reserved_until, price_version, retry_number, fallback_from)
      VALUES (call."id", call."workOrderId", call."attempt", call."step", call."promptHash",
        call."operation"::model_operation, call."provider", call."askedModel", 'expired', call."amountUsdMicros",
        clock_timestamp(), call."priceVersion", call."retryNumber", call."fallbackFrom")
      RETURNING state, reserved_usd_micros, budget_day INTO before;
    END IF;
    CONTINUE WHEN before.state IN ('settled', 'released');
    UPDATE model_calls SET
      state = CASE call."outcome"
        WHEN 'settled' THEN 'settled'::model_call_state
        WHEN 'released' THEN 'released'::model_call_state
        ELSE state END,
      served_model = call."servedModel",
      cost_usd_micros = call."costUsdMicros",
      input_tokens = call."inputTokens",
      output_tokens = call."outputTokens",
      cached_input_tokens = call."cachedInputTokens",
      cache_write_input_tokens = call."cacheWriteInputTokens",
      is_usage_estimated = coalesce(call."isUsageEstimated", false),
      latency_ms = call."latencyMs",
      first_byte_ms = call."firstByteMs",
      error_code = call."errorCode"
    WHERE id = call."id";
    IF call."answer" IS NOT NULL AND call."workOrderId" IS NOT NULL THEN
      -- Another process may have stored an answer to the same question meanwhile: the first one stays.
      INSERT INTO model_answers (work_order_id, attempt, step, prompt_hash, answer)
      VALUES (call."workOrderId", call."attempt", call."step", call."promptHash", call."answer")
      ON CONFLICT DO NOTHING;
    END IF;
    CONTINUE WHEN call."outcome" = 'kept';
    given_back := CASE before.state WHEN 'reserved' THEN -before.reserved_usd_micros ELSE 0 END;
    IF call."workOrderId" IS NOT NULL THEN
      PERFORM add_to_budget('order:' || call."workOrderId", coalesce(call."costUsdMicros", 0), given_back,
        (call."outcome" = 'settled')::integer);
    END IF;
    -- Calls of one batch are nearly always of one day: its sums are written once.
    IF calls_day <> before.budget_day THEN
      PERFORM add_to_budget('day:' || calls_day, day_settled, day_reserved, day_calls);
      PERFORM add_to_budget('month:' || to_char(calls_day, 'YYYY-MM'), day_settled, day_reserved, day_calls);
      day_settled := 0;
      day_reserved := 0;
      day_calls := 0;
    END IF;
    calls_day := before.budget_day;
    day_settled := day_settled + coalesce(call."costUsdMicros", 0);
    day_reserved := day_reserved + given_back;
    day_calls := day_calls + (call."outcome" = 'settled')::integer;
  END LOOP;
  IF calls_day IS NOT NULL THEN
    PERFORM add_to_budget('day:' || calls_day, day_settled, day_reserved, day_calls);
    PERFORM add_to_budget('month:' || to_char(calls_day, 'YYYY-MM'), day_settled, day_reserved, day_calls);
  END IF;
END
$$;
