import { flagList, type Flag } from './flags.ts';

/** The part of a flag that decides when it may be turned. */
type Dependent = Pick<Flag, 'name' | 'needs' | 'isOnByDefault'>;

/** Every flag's value: what somebody turned it to, else its default. */
export function flagValues(
  turned: ReadonlyMap<string, boolean>,
  list: readonly Dependent[] = flagList,
): Map<string, boolean> {
  return new Map(list.map(({ name, isOnByDefault }) => [name, turned.get(name) ?? isOnByDefault]));
}

/** A wish to turn a flag. */
export interface Flip {
  name: string;
  isOn: boolean;
}

/**
 * Why a flag may not be turned now, as a sentence that says what to do first; null when it may. Turned on: what it needs
 * is on. Turned off: nothing that is on needs it.
 *
 * @param values of every flag
 */
export function refuseFlip(
  { name, isOn }: Flip,
  values: ReadonlyMap<string, boolean>,
  list: readonly Dependent[] = flagList,
): string | null {
  if (isOn) {
    const needs = list.find((flag) => flag.name === name)?.needs ?? [];
    const missing = needs.filter((needed) => values.get(needed) !== true);
    return missing.length === 0 ? null : `${name} needs ${andList(missing)}, which must be turned on first.`;
  }
  const dependents = list.filter((flag) => flag.needs.includes(name) && values.get(flag.name) === true);
  if (dependents.length === 0) return null;
  const names = dependents.map((flag) => flag.name);
  return `${name} is needed by ${andList(names)}, which must be turned off first.`;
}

/**
 * The flags that go off when one has to go off at once: those that are on and need it, directly or through others, in an
 * order that the roll-out allows, and the flag itself as the last.
 */
export function turnOffOrder(
  name: string,
  values: ReadonlyMap<string, boolean>,
  list: readonly Dependent[] = flagList,
): string[] {
  const order: string[] = [];
  const visit = (current: string): void => {
    for (const flag of list) {
      if (flag.needs.includes(current) && values.get(flag.name) === true && !order.includes(flag.name)) {
        visit(flag.name);
      }
    }
    order.push(current);
  };
  visit(name);
  return order;
}

function andList(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
