-- Gives all leases back and takes them away: each call asks for its own money again.
WITH ended AS (DELETE FROM budget_leases RETURNING work_order_id, budget_day, left_usd_micros)
SELECT add_reserved(work_order_id, budget_day, -left_usd_micros) FROM ended;
DROP FUNCTION expire_model_calls(), book_leased_calls(jsonb), return_lease(uuid, bigint), lease_budget(jsonb),
  add_reserved(uuid, date, bigint);
ALTER FUNCTION expire_reservations() RENAME TO expire_model_calls;
DROP TABLE "budget_leases";
