import { flagsOfRepair, type FlagName } from '../../domain/flags/flags.ts';
import type { Flags } from '../../platform/flags.ts';

/** The flag that keeps a repair from being made at this moment, or null. The first round is 1. */
export async function findOffSwitch(flags: Pick<Flags, 'isOn'>, round: number): Promise<FlagName | null> {
  for (const name of flagsOfRepair(round)) if (!(await flags.isOn(name))) return name;
  return null;
}

/** The flag that a repair is counted for. */
export function flagOfRound(round: number): FlagName {
  return round <= 1 ? 'GATE_REPAIRS' : 'FURTHER_REPAIRS';
}
