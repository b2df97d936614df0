import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';

import { AppError } from '../../domain/errors.ts';
import { watchWindowMinutes } from '../../domain/flags/error-watch.ts';
import { isFlagName } from '../../domain/flags/flags.ts';
import { listFlags, setFlag, type FlagState } from '../../prisma/repositories/feature-flags.ts';
import { callerOf } from '../access/caller.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { problems } from '../schemas/common.ts';
import { flagChangeBody, flagListSchema, flagParams, flagSchema } from '../schemas/flags.ts';

const tags = ['flags'];

/** What can be turned off and on while the product runs. */
export function flagRoutes({ database }: Pick<RouteDependencies, 'database'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/flags', { schema: listSchema }, async () => ({
      flags: (await listFlags(database)).map(toFlag),
      windowMinutes: watchWindowMinutes,
    }));

    app.put('/flags/:name', { schema: setSchema }, async (request) => {
      const { name } = request.params;
      if (!isFlagName(name)) throw unknownFlag(name);
      const { isEnabled: isOn, reason } = request.body;
      const { id, name: personName, tokenId } = callerOf(request);
      const actor = { kind: 'person' as const, id, name: personName, tokenId };
      await setFlag(database, { ...{ name, isOn, reason, actor }, requestId: request.id, address: request.ip });
      const flag = (await listFlags(database)).find((candidate) => candidate.name === name);
      if (flag === undefined) throw unknownFlag(name);
      return toFlag(flag);
    });
  };
}

function unknownFlag(name: string): AppError {
  return new AppError('not-found', `There is no flag ${name}. GET /api/v1/flags lists those that there are.`);
}

function toFlag({ isOn, isOnByDefault, needs, lately, ...flag }: FlagState) {
  return { ...flag, isEnabled: isOn, isEnabledByDefault: isOnByDefault, needs: [...needs], ...lately };
}

const listSchema = {
  tags,
  operationId: 'listFlags',
  summary: 'Every flag, with who turned it and why',
  response: { 200: flagListSchema, ...problems() },
};

const setSchema = {
  tags,
  operationId: 'setFlag',
  summary: 'Turn a flag on or off',
  description:
    'Every process follows within five seconds. Refused with 409 where the roll-out order forbids it: what a flag needs is turned on before it, and off after it.',
  params: flagParams,
  body: flagChangeBody,
  response: { 200: flagSchema, ...problems(404, 409) },
};
