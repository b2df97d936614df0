import type { FailureClass } from './failure-class.ts';
import type { Groups } from './line-rule.ts';

/** One line that says why a step failed, or might. */
export interface Finding {
  failureClass: FailureClass;
  subReason: string | null;
  rule: string;
  tool: string | null;
  /** How much it says about the whole output, from 0 to 100. */
  weight: number;
  /** The number of its line. */
  at: number;
  groups: Groups;
  isWarning: boolean;
}
