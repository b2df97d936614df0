import { z } from 'zod';

import { timeSchema } from './common.ts';

/** Body of `POST /stop-all`. */
export const stopAllBody = z
  .strictObject({ reason: z.string().trim().max(500).default('').describe('Shown to whoever asks why nothing runs.') })
  .meta({ id: 'StopAllRequest' });

const state = {
  stopped: z.boolean(),
  reason: z.string(),
  changedBy: z.string().describe('Empty when nobody ever stopped anything.'),
  changedAt: timeSchema.nullable(),
};

export const stopAllSchema = z.object(state).meta({ id: 'StopAll' });

export const stopAllChangeSchema = z
  .object({
    ...state,
    told: z.int().describe('How many runs heard of it at once; the others look by themselves.'),
  })
  .meta({ id: 'StopAllChange' });
