import type { Redact } from '../../domain/text/redact.ts';
import type { Policy } from '../../domain/work-orders/policy.ts';
import type { Flags } from '../../platform/flags.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Database } from '../../prisma/client.ts';
import type { ModelCallRepository } from '../../prisma/repositories/model-calls.ts';
import type { EditEngine } from '../aider/edit-engine.ts';
import type { Forge } from '../forge/forge.ts';
import type { RunMessages } from '../admission/run-messages.ts';
import type { MeasureBaseline } from '../gates/baseline.ts';
import type { GateDependencies } from '../gates/run-gate.ts';
import type { Git } from '../git/git-command.ts';
import type { Mirrors } from '../git/mirror.ts';
import type { ModelEndpoint } from '../llm/endpoint.ts';
import type { ModelGateway } from '../llm/gateway.ts';
import type { ModelDirectory } from '../llm/models.ts';
import type { InspectionLimits } from '../repository/inspect-repository.ts';

/** Everything that the steps of an attempt touch, made once by the worker. */
export interface StepDependencies {
  database: Database;
  git: Git;
  mirrors: Mirrors;
  engine: EditEngine;
  gates: GateDependencies;
  gateway: ModelGateway;
  endpoint: ModelEndpoint;
  directory: ModelDirectory;
  ledger: ModelCallRepository;
  forge: Forge;
  policy: Policy;
  /** Read at the moment of use, in activities alone: a run that is replayed must not depend on them. */
  flags: Flags;
  runs: RunMessages;
  measureBaseline: MeasureBaseline;
  /** Absolute; undefined where complexity can't be measured. */
  lizardPath: string | undefined;
  redact: Redact;
  logger: Logger;
  limits: InspectionLimits;
  /** Absolute folders. */
  stateDir: string;
  workspacesFolder: string;
  /** Address of an order's run in Temporal's UI, when the UI is known. */
  runUrl: (orderId: string) => string | null;
}
