-- Takes back dependencies, places, baselines, the switch that stops all, and rounds. Their rows and columns are gone; of
-- what was done in several rounds the last one stays, because the older tables have room for one.
DROP TABLE "stop_all", "baselines", "slots", "work_order_dependencies";
DROP TYPE "slot_state", "dependency_kind";

ALTER TABLE "outcome_vectors" DROP COLUMN "guard_hits", DROP COLUMN "edit_format", DROP COLUMN "acceptance_score",
  DROP COLUMN "acceptance";
ALTER TABLE "escalations" DROP COLUMN "recommendation";

-- Several gates of one kind: the last of the last round.
DELETE FROM "gate_results" AS earlier USING "gate_results" AS later
WHERE later."work_order_id" = earlier."work_order_id" AND later."attempt" = earlier."attempt"
  AND later."gate" = earlier."gate" AND (later."round", later."position") > (earlier."round", earlier."position");
ALTER TABLE "gate_results" DROP CONSTRAINT "gate_results_pkey";
ALTER TABLE "gate_results" DROP COLUMN "verdict", DROP COLUMN "round";
ALTER TABLE "gate_results" ADD CONSTRAINT "gate_results_pkey" PRIMARY KEY ("work_order_id", "attempt", "gate");

DELETE FROM "checkpoints" AS earlier USING "checkpoints" AS later
WHERE later."work_order_id" = earlier."work_order_id" AND later."attempt" = earlier."attempt"
  AND later."step" = earlier."step" AND later."round" > earlier."round";
ALTER TABLE "checkpoints" DROP CONSTRAINT "checkpoints_pkey";
ALTER TABLE "checkpoints" DROP COLUMN "round";
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_pkey" PRIMARY KEY ("work_order_id", "attempt", "step");

ALTER TABLE "work_orders" DROP COLUMN "owner";
