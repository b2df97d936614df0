import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';

import { priceAgeDays, warnOfOldPrices } from '../../domain/budget/price-age.ts';
import { defaultPolicy } from '../../domain/work-orders/policy.ts';
import { readBudget } from '../../prisma/repositories/budget.ts';
import { listModelCalls } from '../../prisma/repositories/ledger-queries.ts';
import { readWorkerReport, type ReportedModel } from '../../prisma/repositories/worker-reports.ts';
import { visibilityOf } from '../access/caller.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { toBudget } from '../representations/budget.ts';
import { requireWorkOrderId } from '../representations/work-order.ts';
import { pageQuery, problems, workOrderParams } from '../schemas/common.ts';
import { budgetSchema, modelCallPageSchema, modelListSchema } from '../schemas/money.ts';

const tags = ['money'];

/** Models with their prices, what is spent and left, and every call that was paid. */
export function moneyRoutes({ database }: RouteDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/models', { schema: modelsSchema }, async () => {
      const report = await readWorkerReport(database, 'models');
      const { models, sources, fallbackChain } = report?.content ?? { models: [], sources: [], fallbackChain: [] };
      const now = new Date();
      return {
        models: models.map(toModel),
        sources: sources.map(({ source, readOn }) => ({ source, readOn, ageDays: priceAgeDays(readOn, now) })),
        warnings: sources.flatMap(({ source, readOn }) => warnOfOldPrices(source, readOn, now) ?? []),
        fallbackChain,
        reportedAt: report?.reportedAt.toISOString() ?? null,
      };
    });

    app.get('/budget', { schema: readBudgetSchema }, async () => {
      const report = await readWorkerReport(database, 'budget-limits');
      // Before the first worker has started its limits are those that it will most likely have.
      const limits = report?.content ?? { ...defaultPolicy.budget, policyVersion: defaultPolicy.version };
      const now = new Date();
      return toBudget(limits, await readBudget(database, now), now);
    });

    app.get('/work-orders/:id/model-calls', { schema: ledgerSchema }, async (request) => {
      const { limit, cursor, total } = request.query;
      const workOrderId = await requireWorkOrderId(database, request.params.id, visibilityOf(request));
      return listModelCalls(database, workOrderId, { limit, cursor, withTotal: total });
    });
  };
}

function toModel(model: ReportedModel) {
  const {
    inputUsdMicrosPerMillionTokens: inputPrice,
    outputUsdMicrosPerMillionTokens: outputPrice,
    cacheReadUsdMicrosPerMillionTokens: cacheReadPrice,
    cacheWriteUsdMicrosPerMillionTokens: cacheWritePrice,
    ...rest
  } = model;
  return { ...rest, inputPrice, outputPrice, cacheReadPrice, cacheWritePrice };
}

const modelsSchema = {
  tags,
  operationId: 'listModels',
  summary: 'Models with their prices, as the worker that started last knows them',
  response: { 200: modelListSchema, ...problems() },
};

const readBudgetSchema = {
  tags,
  operationId: 'readBudget',
  summary: 'What is spent, reserved and left of the day and the month',
  response: { 200: budgetSchema, ...problems() },
};

const ledgerSchema = {
  tags,
  operationId: 'listModelCalls',
  summary: 'Every try of every model call of an order, newest first',
  params: workOrderParams,
  querystring: pageQuery,
  response: { 200: modelCallPageSchema, ...problems(404) },
};
