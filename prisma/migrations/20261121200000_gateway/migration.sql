-- Ledger: what kind of call, which try, in whose place, and when its first byte came.
CREATE TYPE "model_operation" AS ENUM ('generate', 'embed');
ALTER TYPE "model_call_state" ADD VALUE 'expired';
ALTER TABLE "model_calls"
  ADD COLUMN "operation" "model_operation" NOT NULL DEFAULT 'generate',
  ADD COLUMN "retry_number" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "fallback_from" TEXT,
  ADD COLUMN "budget_day" DATE NOT NULL DEFAULT ((now() AT TIME ZONE 'UTC')::date),
  ADD COLUMN "cache_write_input_tokens" INTEGER,
  ADD COLUMN "is_usage_estimated" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "first_byte_ms" INTEGER;
UPDATE "model_calls" SET "budget_day" = ("created_at" AT TIME ZONE 'UTC')::date;
CREATE INDEX "model_calls_state_reserved_until_idx" ON "model_calls" ("state", "reserved_until");

ALTER TABLE "outcome_vectors" ADD COLUMN "is_degraded" BOOLEAN NOT NULL DEFAULT false;

-- One running sum per work order (order:ID), day (day:YYYY-MM-DD) and month (month:YYYY-MM), all in UTC.
CREATE TABLE "budget_accounts" (
  "key" TEXT NOT NULL,
  "settled_usd_micros" BIGINT NOT NULL DEFAULT 0,
  "reserved_usd_micros" BIGINT NOT NULL DEFAULT 0,
  "settled_calls" INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT "budget_accounts_pkey" PRIMARY KEY ("key")
);
INSERT INTO "budget_accounts" ("key", "settled_usd_micros", "reserved_usd_micros", "settled_calls")
SELECT accounts.key,
  coalesce(sum(calls.cost_usd_micros) FILTER (WHERE calls.state = 'settled'), 0),
  coalesce(sum(calls.reserved_usd_micros) FILTER (WHERE calls.state = 'reserved'), 0),
  count(*) FILTER (WHERE calls.state = 'settled')
FROM "model_calls" AS calls
CROSS JOIN LATERAL (VALUES
  ('order:' || calls.work_order_id),
  ('day:' || calls.budget_day),
  ('month:' || to_char(calls.budget_day, 'YYYY-MM'))
) AS accounts (key)
WHERE accounts.key IS NOT NULL
GROUP BY accounts.key;

-- What the worker says of itself: its models with their prices, and the limits of the budget.
CREATE TABLE "worker_reports" (
  "name" TEXT NOT NULL,
  "content" JSONB NOT NULL,
  "reported_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "worker_reports_pkey" PRIMARY KEY ("name")
);

-- Adds to a sum, which is made when it is not there.
CREATE FUNCTION add_to_budget_account(account text, settled bigint, reserved bigint, calls integer)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO budget_accounts AS accounts (key, settled_usd_micros, reserved_usd_micros, settled_calls)
  VALUES (account, settled, reserved, calls)
  ON CONFLICT (key) DO UPDATE SET
    settled_usd_micros = accounts.settled_usd_micros + EXCLUDED.settled_usd_micros,
    reserved_usd_micros = accounts.reserved_usd_micros + EXCLUDED.reserved_usd_micros,
    settled_calls = accounts.settled_calls + EXCLUDED.settled_calls;
$$;

-- The same for all three sums that a call counts in.
CREATE FUNCTION add_to_budget(work_order uuid, day date, settled bigint, reserved bigint, calls integer)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF work_order IS NOT NULL THEN
    PERFORM add_to_budget_account('order:' || work_order, settled, reserved, calls);
  END IF;
  PERFORM add_to_budget_account('day:' || day, settled, reserved, calls);
  PERFORM add_to_budget_account('month:' || to_char(day, 'YYYY-MM'), settled, reserved, calls);
END
$$;

-- Takes money for a batch of calls, or says why not; an answer that is stored already costs nothing. All bookkeeping of
-- money in all processes runs under one lock, so what is read here stays true until the end of the transaction.
CREATE FUNCTION reserve_model_calls(batch jsonb)
RETURNS TABLE (call_id uuid, verdict text, used_usd_micros bigint, stored_answer jsonb)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  today date;
  month_start date;
  is_stopped boolean;
  call record;
  expired record;
  order_used bigint;
  day_used bigint;
  month_used bigint;
  answer jsonb;
  decision text;
BEGIN
  -- A reservation that a crash of the database loses frees money a little early; its settlement writes the row again.
  PERFORM set_config('synchronous_commit', 'off', true);
  PERFORM pg_advisory_xact_lock(7205002);
  today := (clock_timestamp() AT TIME ZONE 'UTC')::date;
  month_start := date_trunc('month', today)::date;
  is_stopped := EXISTS (SELECT 1 FROM stop_all WHERE stopped);

  -- Reservations whose time is over: their process has died.
  FOR expired IN
    UPDATE model_calls SET state = 'expired'
    WHERE state = 'reserved' AND reserved_until <= clock_timestamp()
    RETURNING work_order_id, budget_day, reserved_usd_micros
  LOOP
    PERFORM add_to_budget(expired.work_order_id, expired.budget_day, 0, -expired.reserved_usd_micros, 0);
  END LOOP;

  SELECT coalesce(sum(settled_usd_micros + reserved_usd_micros) FILTER (WHERE key = 'day:' || today), 0),
    coalesce(sum(settled_usd_micros + reserved_usd_micros) FILTER (WHERE key = 'month:' || to_char(today, 'YYYY-MM')), 0)
  INTO day_used, month_used
  FROM budget_accounts WHERE key IN ('day:' || today, 'month:' || to_char(today, 'YYYY-MM'));

  FOR call IN
    SELECT * FROM jsonb_to_recordset(batch) AS calls (
      "id" uuid, "workOrderId" uuid, "attempt" integer, "step" text, "promptHash" text, "operation" text,
      "provider" text, "askedModel" text, "amountUsdMicros" bigint, "capUsdMicros" bigint, "dayCapUsdMicros" bigint,
      "monthCapUsdMicros" bigint, "validForMs" double precision, "priceVersion" text, "retryNumber" integer,
      "fallbackFrom" text)
  LOOP
    answer := NULL;
    order_used := 0;
    decision := 'reserved';
    IF call."workOrderId" IS NOT NULL THEN
      SELECT stored.answer INTO answer FROM model_answers AS stored
      WHERE stored.work_order_id = call."workOrderId" AND stored.attempt = call."attempt"
        AND stored.step = call."step" AND stored.prompt_hash = call."promptHash";
      SELECT coalesce(sum(settled_usd_micros + reserved_usd_micros), 0) INTO order_used
      FROM budget_accounts WHERE key = 'order:' || call."workOrderId";
    END IF;
    IF answer IS NOT NULL THEN
      decision := 'answered';
    ELSIF is_stopped THEN
      decision := 'all-stopped';
    ELSIF call."workOrderId" IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM work_orders WHERE work_orders.id = call."workOrderId") THEN
      decision := 'no-order';
    -- What costs nothing needs no money, also when there is none.
    ELSIF call."amountUsdMicros" > 0 THEN
      IF order_used + call."amountUsdMicros" > call."capUsdMicros" THEN
        decision := 'order-cap';
      ELSIF day_used + call."amountUsdMicros" > call."dayCapUsdMicros" THEN
        decision := 'day-cap';
      ELSIF month_used + call."amountUsdMicros" > call."monthCapUsdMicros" THEN
        decision := 'month-cap';
      END IF;
    END IF;
    IF decision = 'reserved' THEN
      INSERT INTO model_calls (id, work_order_id, attempt, step, prompt_hash, operation, provider, asked_model, state,
        reserved_usd_micros, reserved_until, price_version, retry_number, fallback_from, budget_day)
      VALUES (call."id", call."workOrderId", call."attempt", call."step", call."promptHash",
        call."operation"::model_operation, call."provider", call."askedModel", 'reserved', call."amountUsdMicros",
        clock_timestamp() + call."validForMs" * interval '1 millisecond', call."priceVersion", call."retryNumber",
        call."fallbackFrom", today);
      PERFORM add_to_budget(call."workOrderId", today, 0, call."amountUsdMicros", 0);
      day_used := day_used + call."amountUsdMicros";
      month_used := month_used + call."amountUsdMicros";
    END IF;
    call_id := call."id";
    verdict := decision;
    used_usd_micros := order_used;
    stored_answer := answer;
    RETURN NEXT;
  END LOOP;
END
$$;

-- Writes how a batch of calls ended: settled with a cost, released without one, or kept (nobody knows whether it is
-- billed: it counts until its time is over). Safe to repeat. An answer is stored in the same transaction.
CREATE FUNCTION settle_model_calls(batch jsonb)
RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  call record;
  before record;
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
      -- The database lost the reservation in a crash, or the order was deleted meanwhile.
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
    IF call."outcome" <> 'kept' THEN
      PERFORM add_to_budget(call."workOrderId", before.budget_day, coalesce(call."costUsdMicros", 0),
        CASE before.state WHEN 'reserved' THEN -before.reserved_usd_micros ELSE 0 END,
        CASE call."outcome" WHEN 'settled' THEN 1 ELSE 0 END);
    END IF;
    IF call."answer" IS NOT NULL AND call."workOrderId" IS NOT NULL THEN
      -- Another process may have stored an answer to the same question meanwhile: the first one stays.
      INSERT INTO model_answers (work_order_id, attempt, step, prompt_hash, answer)
      VALUES (call."workOrderId", call."attempt", call."step", call."promptHash", call."answer")
      ON CONFLICT DO NOTHING;
    END IF;
  END LOOP;
END
$$;
