import { z } from 'zod';

import { roles } from '../../domain/access/roles.ts';
import { timeSchema } from './common.ts';

export const flagSchema = z
  .object({
    name: z.string(),
    description: z.string().describe('What is there when it is on, and what happens when it is off.'),
    isEnabled: z.boolean(),
    isEnabledByDefault: z.boolean().describe('The value until somebody turns it.'),
    owner: z.enum(roles).describe('Who answers for it.'),
    risk: z.enum(['low', 'medium', 'high']),
    phase: z.int().describe('Step of the roll-out; those of lower steps come first.'),
    needs: z.array(z.string()).describe('Flags that must be on before it, and go off after it.'),
    removalDate: z.iso.date().nullable().describe('By when the switch is to be gone; null: it stays.'),
    changedBy: z.string().nullable().describe('Null when nobody has ever turned it.'),
    changedAt: timeSchema.nullable(),
    reason: z.string().nullable(),
    runs: z.int().describe('What ran behind it within the window of the watch.'),
    errors: z.int().describe('Those of them that failed.'),
  })
  .meta({ id: 'Flag' });

export const flagListSchema = z
  .object({
    flags: z.array(flagSchema),
    windowMinutes: z.int().describe('How far back the watch looks that turns a flag off at 5 % errors.'),
  })
  .meta({ id: 'FlagList' });

export const flagParams = z.object({ name: z.string().max(100).describe('Name of the flag, as the list has it.') });

/** Body of `PUT /flags/:name`. */
export const flagChangeBody = z
  .strictObject({
    isEnabled: z.boolean(),
    reason: z.string().trim().min(3).max(500).describe('Why. It stays in the audit trail.'),
  })
  .meta({ id: 'FlagChange' });
