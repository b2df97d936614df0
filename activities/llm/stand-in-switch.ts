import type { Flags } from '../../platform/flags.ts';
import type { ModelDirectory } from './models.ts';

/** The directory, in which nobody stands in for anybody while the flag is off: for routing and for calls alike. */
export function withStandInSwitch(directory: ModelDirectory, flags: Pick<Flags, 'isOn'>): ModelDirectory {
  return {
    ...directory,
    standInsFor: async (entry) => ((await flags.isOn('MODEL_STAND_INS')) ? directory.standInsFor(entry) : []),
  };
}
