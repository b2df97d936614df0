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

-- Makes the rows of calls on a lease that have none yet, whether they go on or have ended: from then on their money is
-- their own. On a lease whose time is over a call has no money, as one whose reservation was lost in a crash.
CREATE FUNCTION book_leased_calls(batch jsonb)
RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  call record;
  leased_on date;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  PERFORM pg_advisory_xact_lock(7205002);
  FOR call IN
    SELECT * FROM jsonb_to_recordset(batch) AS calls (
      "id" uuid, "workOrderId" uuid, "attempt" integer, "step" text, "promptHash" text, "operation" text,
      "provider" text, "askedModel" text, "amountUsdMicros" bigint, "priceVersion" text, "retryNumber" integer,
      "fallbackFrom" text, "leaseId" uuid, "validForMs" double precision)
    WHERE "leaseId" IS NOT NULL
  LOOP
    CONTINUE WHEN EXISTS (SELECT 1 FROM model_calls WHERE id = call."id")
      OR NOT EXISTS (SELECT 1 FROM work_orders WHERE work_orders.id = call."workOrderId");
    UPDATE budget_leases SET left_usd_micros = left_usd_micros - call."amountUsdMicros"
    WHERE id = call."leaseId" RETURNING budget_day INTO leased_on;
    INSERT INTO model_calls (id, work_order_id, attempt, step, prompt_hash, operation, provider, asked_model, state,
      reserved_usd_micros, reserved_until, price_version, retry_number, fallback_from, budget_day)
    VALUES (call."id", call."workOrderId", call."attempt", call."step", call."promptHash",
      call."operation"::model_operation, call."provider", call."askedModel",
      (CASE WHEN leased_on IS NULL THEN 'expired' ELSE 'reserved' END)::model_call_state, call."amountUsdMicros",
      clock_timestamp() + CASE WHEN leased_on IS NULL THEN 0 ELSE call."validForMs" END * interval '1 millisecond',
      call."priceVersion", call."retryNumber", call."fallbackFrom",
      coalesce(leased_on, (clock_timestamp() AT TIME ZONE 'UTC')::date));
  END LOOP;
END
$$;

-- Leases whose time is over give their money back with the reservations.
ALTER FUNCTION expire_model_calls() RENAME TO expire_reservations;
CREATE FUNCTION expire_model_calls()
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  ended record;
BEGIN
  PERFORM expire_reservations();
  FOR ended IN DELETE FROM budget_leases WHERE reserved_until <= clock_timestamp() RETURNING *
  LOOP
    PERFORM add_reserved(ended.work_order_id, ended.budget_day, -ended.left_usd_micros);
  END LOOP;
END
$$;
