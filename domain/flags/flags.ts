import type { Role } from '../access/roles.ts';

/** Something of the product that can be turned off and on while it runs. */
export interface Flag<Name extends string = string> {
  name: Name;
  /** What is there when it is on, and what happens when it is off. */
  description: string;
  /** The value until somebody turns it. */
  isOnByDefault: boolean;
  /** Who answers for it. */
  owner: Role;
  /** What may go wrong while it is on. */
  risk: 'low' | 'medium' | 'high';
  /** Step of the roll-out; those of lower steps come first. */
  phase: number;
  /** Flags that must be on before this one; they go off after it. */
  needs: readonly Name[];
  /** The day (UTC) by which the switch is to be gone; null: it stays, to turn something off at once. */
  removalDate: string | null;
}

const listed = [
  {
    name: 'OPEN_REGISTRATION',
    description: 'Anybody who reaches the API can make an account. Off: accounts that are there go on as before.',
    isOnByDefault: true,
    owner: 'admin',
    risk: 'medium',
    phase: 1,
    needs: [],
    removalDate: null,
  },
  {
    name: 'MODEL_STAND_INS',
    description:
      'A model of another provider answers when the one that was asked for does not. Off: no code goes to another provider than the one that was chosen, and the order waits for it.',
    isOnByDefault: true,
    owner: 'operator',
    risk: 'medium',
    phase: 1,
    needs: [],
    removalDate: null,
  },
  {
    name: 'PLAN_REFINEMENT',
    description: 'A plan with findings goes back to its model. Off: the first plan is taken as it is.',
    isOnByDefault: true,
    owner: 'operator',
    risk: 'low',
    phase: 1,
    needs: [],
    removalDate: null,
  },
  {
    name: 'GATE_REPAIRS',
    description: 'The errors of a failed gate go back to the same model. Off: the attempt ends with them.',
    isOnByDefault: true,
    owner: 'operator',
    risk: 'medium',
    phase: 1,
    needs: [],
    removalDate: null,
  },
  {
    name: 'FURTHER_REPAIRS',
    description: 'A repair that did not mend everything may be followed by another. Off: one repair per attempt.',
    isOnByDefault: true,
    owner: 'operator',
    risk: 'low',
    phase: 2,
    needs: ['GATE_REPAIRS'],
    // By then the outcomes say whether a second repair is worth its price, and the policy's number can say it alone.
    removalDate: '2027-06-30',
  },
] as const satisfies readonly Flag[];

export type FlagName = (typeof listed)[number]['name'];

/**
 * Every flag of the product. Read in the API and in activities only: a workflow that read one would not replay.
 * What is not listed here can be neither read nor turned.
 */
export const flagList: readonly Flag<FlagName>[] = listed;

/** Whether a text is the name of a flag. */
export function isFlagName(name: string): name is FlagName {
  return flagList.some((flag) => flag.name === name);
}

export function findFlag(name: FlagName): Flag<FlagName> {
  const flag = flagList.find((candidate) => candidate.name === name);
  if (flag === undefined) throw new Error(`There is no flag ${name}.`);
  return flag;
}

/** Flags that must be on for a repair to be made; the first round is 1. */
export function flagsOfRepair(round: number): readonly FlagName[] {
  return round <= 1 ? ['GATE_REPAIRS'] : ['GATE_REPAIRS', 'FURTHER_REPAIRS'];
}
