-- Takes everything back: an empty database remains. All rows are gone.
DROP TABLE "idempotency_keys", "model_answers", "model_calls", "pull_requests", "outcome_vectors", "escalations",
  "decision_logs", "gate_results", "proposals", "checkpoints", "work_order_events", "work_orders", "repositories";
DROP TYPE "model_call_state", "pull_request_state", "escalation_state", "decision_type", "risk", "start_state",
  "work_order_status", "failure_class";
