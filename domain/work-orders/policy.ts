import { defaultAcceptanceWeights, type AcceptancePart } from '../acceptance/score.ts';
import type { AdmissionLimits } from '../admission/choose-admissions.ts';
import type { DependencyRule } from '../admission/dependencies.ts';
import type { BudgetLimits } from '../budget/limits.ts';
import { usdMicrosPerUsd } from '../budget/money.ts';
import type { GateKind } from '../gates/gate.ts';
import type { ComplexityFactor } from './complexity.ts';

/** The numbers that decide how an attempt is run. Each decision and outcome records the version it was made under. */
export interface Policy {
  version: string;
  /** Share of each factor in the complexity; they sum to 1 within .01. */
  complexityWeights: Record<ComplexityFactor, number>;
  /** Model calls for one cycle of a plan: the first, and one more when the answer could not be read. */
  planCallsMax: number;
  /** Cycles in which a plan is refined. 0 switches planning off: the editor then gets the order alone. */
  refinementCyclesMax: number;
  /** Limits of one gate. */
  gateTimeoutMs: Record<GateKind | 'acceptance', number>;
  /** Limit of one run of the editor. */
  editTimeoutMs: number;
  /** How much of the repository's map the editor may show to the model, in tokens. */
  repositoryMapTokens: number;
  /** Rounds in which one attempt repairs what its gates found. */
  repairRoundsMax: number;
  /** With more new compile errors than this an attempt ends: a repair of a repair is rarely worth its price. */
  repairCompileErrorsMax: number;
  /** Attempts before a person is asked. */
  attemptsMax: number;
  /** A change with more than this is split, or approved by a person. Lock files and generated files don't count. */
  diffLinesMax: number;
  diffFilesMax: number;
  /** Share of each part of the acceptance score; they sum to 1 within .01. */
  acceptanceWeights: Record<AcceptancePart, number>;
  /** From this score on, 0 to 10, an order with green gates is completed; below it, it needs a review. */
  acceptanceScoreMin: number;
  /** An order that costs more than this multiple of its estimate is shown to a person. */
  costOverEstimateMax: number;
  /** An order that runs longer than this is shown to a person before another attempt. */
  runAgeMaxMs: number;
  /** How many orders work at the same time. */
  admission: AdmissionLimits;
  /** When a hard dependency counts as done. */
  dependencyRule: DependencyRule;
  /** What all work together may cost. */
  budget: BudgetLimits;
}

const minuteMs = 60_000;

export const defaultPolicy: Policy = {
  version: '2026-11-21',
  complexityWeights: {
    code: 0.2,
    context: 0.1,
    security: 0.2,
    architecture: 0.2,
    reasoning: 0.1,
    memory: 0.1,
    coordination: 0.1,
  },
  planCallsMax: 2,
  refinementCyclesMax: 3,
  gateTimeoutMs: {
    install: 10 * minuteMs,
    compile: 10 * minuteMs,
    lint: 5 * minuteMs,
    test: 15 * minuteMs,
    contract: 5 * minuteMs,
    acceptance: 2 * minuteMs,
  },
  editTimeoutMs: 15 * minuteMs,
  repositoryMapTokens: 1024,
  repairRoundsMax: 2,
  repairCompileErrorsMax: 5,
  attemptsMax: 3,
  diffLinesMax: 400,
  diffFilesMax: 20,
  acceptanceWeights: defaultAcceptanceWeights,
  acceptanceScoreMin: 7,
  costOverEstimateMax: 2,
  runAgeMaxMs: 24 * 60 * minuteMs,
  admission: { perRepositoryMax: 4, perModelMax: 8 },
  dependencyRule: 'completed',
  budget: {
    daySoftUsdMicros: 20 * usdMicrosPerUsd,
    dayHardUsdMicros: 50 * usdMicrosPerUsd,
    dayKillUsdMicros: 100 * usdMicrosPerUsd,
    monthTargetUsdMicros: 500 * usdMicrosPerUsd,
    monthHardUsdMicros: 1_000 * usdMicrosPerUsd,
  },
};
