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

ALTER TABLE "outcome_vectors"
  ADD COLUMN "is_degraded" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "failure_fingerprint" TEXT;
CREATE INDEX "outcome_vectors_failure_fingerprint_idx" ON "outcome_vectors" ("failure_fingerprint");

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

-- Reservations whose time is over give their money back: their process has died. Called when money is short, since to
-- look for them before every call would cost more than the call.
CREATE FUNCTION expire_model_calls()
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

-- What an account has settled and reserved.
CREATE FUNCTION budget_used(account text)
RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT settled_usd_micros + reserved_usd_micros FROM budget_accounts WHERE key = account), 0);
$$;

-- Takes money for a batch of calls, or says why not. An answer that is stored already costs nothing. All bookkeeping of
-- money in all processes runs under one lock, so what is read here stays true until the end of the transaction.
CREATE FUNCTION reserve_model_calls(batch jsonb)
RETURNS TABLE (call_id uuid, verdict text, used_usd_micros bigint, stored_answer jsonb)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  today date;
  day_key text;
  month_key text;
  is_stopped boolean;
  has_swept boolean := false;
  call record;
  order_key text;
  order_used bigint;
  day_used bigint;
  month_used bigint;
  taken bigint := 0;
  answer jsonb;
  decision text;
BEGIN
  -- A reservation that a crash of the database loses frees money a little early; its settlement writes the row again.
  PERFORM set_config('synchronous_commit', 'off', true);
  PERFORM pg_advisory_xact_lock(7205002);
  today := (clock_timestamp() AT TIME ZONE 'UTC')::date;
  day_key := 'day:' || today;
  month_key := 'month:' || to_char(today, 'YYYY-MM');
  is_stopped := EXISTS (SELECT 1 FROM stop_all WHERE stopped);
  day_used := budget_used(day_key);
  month_used := budget_used(month_key);

  FOR call IN
    SELECT * FROM jsonb_to_recordset(batch) AS calls (
      "id" uuid, "workOrderId" uuid, "attempt" integer, "step" text, "promptHash" text, "operation" text,
      "provider" text, "askedModel" text, "amountUsdMicros" bigint, "capUsdMicros" bigint, "dayCapUsdMicros" bigint,
      "monthCapUsdMicros" bigint, "validForMs" double precision, "priceVersion" text, "retryNumber" integer,
      "fallbackFrom" text)
  LOOP
    answer := NULL;
    order_key := 'order:' || call."workOrderId";
    IF call."workOrderId" IS NOT NULL THEN
      SELECT stored.answer INTO answer FROM model_answers AS stored
      WHERE stored.work_order_id = call."workOrderId" AND stored.attempt = call."attempt"
        AND stored.step = call."step" AND stored.prompt_hash = call."promptHash";
    END IF;
    LOOP
      order_used := coalesce(budget_used(order_key), 0);
      decision := CASE
        WHEN answer IS NOT NULL THEN 'answered'
        WHEN is_stopped THEN 'all-stopped'
        WHEN call."workOrderId" IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM work_orders WHERE work_orders.id = call."workOrderId") THEN 'no-order'
        -- What costs nothing needs no money, also when there is none.
        WHEN call."amountUsdMicros" = 0 THEN 'reserved'
        WHEN order_used + call."amountUsdMicros" > call."capUsdMicros" THEN 'order-cap'
        WHEN day_used + call."amountUsdMicros" > call."dayCapUsdMicros" THEN 'day-cap'
        WHEN month_used + call."amountUsdMicros" > call."monthCapUsdMicros" THEN 'month-cap'
        ELSE 'reserved'
      END;
      EXIT WHEN has_swept OR decision NOT IN ('order-cap', 'day-cap', 'month-cap');
      has_swept := true;
      PERFORM expire_model_calls();
      -- What this batch has taken is not in the sums yet.
      day_used := budget_used(day_key) + taken;
      month_used := budget_used(month_key) + taken;
    END LOOP;
    IF decision = 'reserved' THEN
      INSERT INTO model_calls (id, work_order_id, attempt, step, prompt_hash, operation, provider, asked_model, state,
        reserved_usd_micros, reserved_until, price_version, retry_number, fallback_from, budget_day)
      VALUES (call."id", call."workOrderId", call."attempt", call."step", call."promptHash",
        call."operation"::model_operation, call."provider", call."askedModel", 'reserved', call."amountUsdMicros",
        clock_timestamp() + call."validForMs" * interval '1 millisecond', call."priceVersion", call."retryNumber",
        call."fallbackFrom", today);
      IF order_key IS NOT NULL THEN
        INSERT INTO budget_accounts AS accounts (key, reserved_usd_micros) VALUES (order_key, call."amountUsdMicros")
        ON CONFLICT (key) DO UPDATE
          SET reserved_usd_micros = accounts.reserved_usd_micros + EXCLUDED.reserved_usd_micros;
      END IF;
      taken := taken + call."amountUsdMicros";
      day_used := day_used + call."amountUsdMicros";
      month_used := month_used + call."amountUsdMicros";
    END IF;
    call_id := call."id";
    verdict := decision;
    used_usd_micros := order_used;
    stored_answer := answer;
    RETURN NEXT;
  END LOOP;
  IF taken > 0 THEN
    INSERT INTO budget_accounts AS accounts (key, reserved_usd_micros) VALUES (day_key, taken), (month_key, taken)
    ON CONFLICT (key) DO UPDATE
      SET reserved_usd_micros = accounts.reserved_usd_micros + EXCLUDED.reserved_usd_micros;
  END IF;
END
$$;

-- Adds to a sum, which is made when it is not there.
CREATE FUNCTION add_to_budget(account text, settled bigint, reserved bigint, calls integer)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO budget_accounts AS accounts (key, settled_usd_micros, reserved_usd_micros, settled_calls)
  VALUES (account, settled, reserved, calls)
  ON CONFLICT (key) DO UPDATE SET
    settled_usd_micros = accounts.settled_usd_micros + EXCLUDED.settled_usd_micros,
    reserved_usd_micros = accounts.reserved_usd_micros + EXCLUDED.reserved_usd_micros,
    settled_calls = accounts.settled_calls + EXCLUDED.settled_calls;
END
$$;

-- Writes how a batch of calls ended: settled with a cost, released without one, or kept (nobody knows whether it is
-- billed: it counts until its time is over). Safe to repeat: the first ending stays. An answer is stored in the same
-- transaction. A loop on purpose: a statement for all of them would be planned for a hundred and read the whole table.
CREATE FUNCTION settle_model_calls(batch jsonb)
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
