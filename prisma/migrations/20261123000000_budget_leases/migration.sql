-- Money of an order that one process holds for its next calls, so that they need not ask for it one by one. It counts as
-- reserved in the order's, the day's and the month's sums; each call takes its own out when it is booked.
CREATE TABLE "budget_leases" (
  "id" UUID NOT NULL,
  "work_order_id" UUID NOT NULL,
  "budget_day" DATE NOT NULL,
  "left_usd_micros" BIGINT NOT NULL,
  "reserved_until" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "budget_leases_pkey" PRIMARY KEY ("id")
);

-- Adds to the three sums that the money of an order counts in.
CREATE FUNCTION add_reserved(work_order uuid, budget_day date, amount bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM add_to_budget('order:' || work_order, 0, amount, 0);
  PERFORM add_to_budget('day:' || budget_day, 0, amount, 0);
  PERFORM add_to_budget('month:' || to_char(budget_day, 'YYYY-MM'), 0, amount, 0);
END
$$;

-- Gives a lease, or adds to one, with the questions of its step that have an answer already. No row: nothing was given.
-- No more than half of every cap is used afterwards, so that the last money is never where it isn't needed.
CREATE FUNCTION lease_budget(request jsonb)
RETURNS TABLE (given_usd_micros bigint, prompt_hashes text[]) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  wanted record;
  today date;
BEGIN
  -- As with a reservation, a lease that a crash of the database loses frees money a little early.
  PERFORM set_config('synchronous_commit', 'off', true);
  PERFORM pg_advisory_xact_lock(7205002);
  today := (clock_timestamp() AT TIME ZONE 'UTC')::date;
  SELECT * INTO wanted FROM jsonb_to_record(request) AS lease (
    "id" uuid, "workOrderId" uuid, "attempt" integer, "step" text, "leastUsdMicros" bigint, "mostUsdMicros" bigint,
    "capUsdMicros" bigint, "dayCapUsdMicros" bigint, "monthCapUsdMicros" bigint, "isAddition" boolean,
    "validForMs" double precision, "questionsMax" integer);
  given_usd_micros := least(
    wanted."mostUsdMicros",
    wanted."capUsdMicros" / 2 - budget_used('order:' || wanted."workOrderId"),
    wanted."dayCapUsdMicros" / 2 - budget_used('day:' || today),
    wanted."monthCapUsdMicros" / 2 - budget_used('month:' || to_char(today, 'YYYY-MM')));
  IF EXISTS (SELECT 1 FROM stop_all WHERE stopped)
    OR NOT EXISTS (SELECT 1 FROM work_orders WHERE work_orders.id = wanted."workOrderId")
    OR given_usd_micros < wanted."leastUsdMicros"
  THEN
    RETURN;
  END IF;
  SELECT coalesce(array_agg(stored.prompt_hash), '{}') INTO prompt_hashes FROM (
    SELECT prompt_hash FROM model_answers
    WHERE work_order_id = wanted."workOrderId" AND attempt = wanted."attempt" AND step = wanted."step"
    LIMIT wanted."questionsMax" + 1
  ) AS stored;
  IF cardinality(prompt_hashes) > wanted."questionsMax" THEN
    RETURN;
  END IF;
  IF wanted."isAddition" THEN
    -- A lease is of one day.
    UPDATE budget_leases SET
      left_usd_micros = left_usd_micros + given_usd_micros,
      reserved_until = clock_timestamp() + wanted."validForMs" * interval '1 millisecond'
    WHERE id = wanted."id" AND budget_day = today;
  ELSE
    INSERT INTO budget_leases (id, work_order_id, budget_day, left_usd_micros, reserved_until)
    VALUES (wanted."id", wanted."workOrderId", today, given_usd_micros,
      clock_timestamp() + wanted."validForMs" * interval '1 millisecond');
  END IF;
  IF FOUND THEN
    PERFORM add_reserved(wanted."workOrderId", today, given_usd_micros);
    RETURN NEXT;
  END IF;
END
$$;

-- Gives back what a process did not use of a lease. One whose time was over has given it back already.
CREATE FUNCTION return_lease(lease uuid, amount bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  held record;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  PERFORM pg_advisory_xact_lock(7205002);
  UPDATE budget_leases SET left_usd_micros = left_usd_micros - amount WHERE id = lease
  RETURNING work_order_id, budget_day INTO held;
  IF FOUND THEN
    PERFORM add_reserved(held.work_order_id, held.budget_day, -amount);
    -- What is left belongs to calls that are not booked yet.
    DELETE FROM budget_leases WHERE id = lease AND left_usd_micros = 0;
  END IF;
END
$$;

-- Reservations and leases whose time is over give their money back: their process has died. Called when money is short.
CREATE OR REPLACE FUNCTION expire_model_calls()
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7205002);
  WITH expired AS (
    UPDATE model_calls SET state = 'expired'
    WHERE state = 'reserved' AND reserved_until <= clock_timestamp()
    RETURNING work_order_id, budget_day, reserved_usd_micros
  ), ended AS (
    DELETE FROM budget_leases WHERE reserved_until <= clock_timestamp()
    RETURNING work_order_id, budget_day, left_usd_micros
  ), freed AS (
    SELECT * FROM expired UNION ALL SELECT * FROM ended
  ), sums AS (
    SELECT accounts.key, sum(freed.reserved_usd_micros) AS reserved
    FROM freed
    CROSS JOIN LATERAL (VALUES
      ('order:' || freed.work_order_id),
      ('day:' || freed.budget_day),
      ('month:' || to_char(freed.budget_day, 'YYYY-MM'))
    ) AS accounts (key)
    WHERE accounts.key IS NOT NULL
    GROUP BY accounts.key
  )
  UPDATE budget_accounts SET reserved_usd_micros = budget_accounts.reserved_usd_micros - sums.reserved
  FROM sums WHERE budget_accounts.key = sums.key;
END
$$;

-- Writes how a batch of calls ended, or that a call on a lease has begun: then its row is made and takes its money out of
-- the lease. Safe to repeat: the first ending stays.
CREATE OR REPLACE FUNCTION settle_model_calls(batch jsonb)
RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  call record;
  before record;
  leased_on date;
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
      "fallbackFrom" text, "leaseId" uuid, "validForMs" double precision, "outcome" text, "servedModel" text,
      "costUsdMicros" bigint, "inputTokens" integer, "outputTokens" integer, "cachedInputTokens" integer,
      "cacheWriteInputTokens" integer, "isUsageEstimated" boolean, "latencyMs" integer, "firstByteMs" integer,
      "errorCode" text, "answer" jsonb)
  LOOP
    SELECT state, reserved_usd_micros, budget_day INTO before FROM model_calls WHERE id = call."id";
    IF NOT FOUND THEN
      -- A call on a lease, or one whose reservation the database lost in a crash; an order that was deleted meanwhile has
      -- no ledger any more.
      CONTINUE WHEN call."workOrderId" IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM work_orders WHERE work_orders.id = call."workOrderId");
      leased_on := NULL;
      IF call."leaseId" IS NOT NULL THEN
        UPDATE budget_leases SET left_usd_micros = left_usd_micros - call."amountUsdMicros"
        WHERE id = call."leaseId" RETURNING budget_day INTO leased_on;
      END IF;
      INSERT INTO model_calls (id, work_order_id, attempt, step, prompt_hash, operation, provider, asked_model, state,
        reserved_usd_micros, reserved_until, price_version, retry_number, fallback_from, budget_day)
      VALUES (call."id", call."workOrderId", call."attempt", call."step", call."promptHash",
        call."operation"::model_operation, call."provider", call."askedModel",
        (CASE WHEN leased_on IS NULL THEN 'expired' ELSE 'reserved' END)::model_call_state, call."amountUsdMicros",
        clock_timestamp() + CASE WHEN leased_on IS NULL THEN 0 ELSE call."validForMs" END * interval '1 millisecond',
        call."priceVersion", call."retryNumber", call."fallbackFrom",
        coalesce(leased_on, (clock_timestamp() AT TIME ZONE 'UTC')::date))
      RETURNING state, reserved_usd_micros, budget_day INTO before;
    END IF;
    -- Only booked so far.
    CONTINUE WHEN call."outcome" = 'begun';
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
