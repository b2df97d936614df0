import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';

import helmet from '@fastify/helmet';
import { serializerCompiler, validatorCompiler } from '@fastify/type-provider-zod';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';

import type { ApiDependencies } from './dependencies.ts';
import { registerAllowedHosts } from './plugins/allowed-hosts.ts';
import { registerAuthentication } from './plugins/authentication.ts';
import { registerOpenApi, registerReference } from './plugins/openapi.ts';
import { registerUnknownRoutes } from './plugins/unknown-routes.ts';
import { createProblem, problemMediaType, sendProblem } from './problem.ts';
import { auditRoutes } from './routes/audit.ts';
import { authRoutes } from './routes/auth.ts';
import { decisionRoutes } from './routes/decisions.ts';
import { escalationRoutes } from './routes/escalations.ts';
import { failureRoutes } from './routes/failures.ts';
import { flagRoutes } from './routes/flags.ts';
import { healthRoutes } from './routes/health.ts';
import { moneyRoutes } from './routes/money.ts';
import { outcomeRoutes } from './routes/outcomes.ts';
import { payloadCodecRoutes } from './routes/payload-codec.ts';
import { pullRequestRoutes } from './routes/pull-requests.ts';
import { stopAllRoutes } from './routes/stop-all.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { userRoutes } from './routes/users.ts';
import { workOrderControlRoutes } from './routes/work-order-control.ts';
import { workOrderEventRoutes } from './routes/work-order-events.ts';
import { workOrderRoutes } from './routes/work-orders.ts';
import { createEventFeed } from './streams/event-feed.ts';

/** A description has at most 20,000 characters; with it everything else fits, and nothing can fill the memory. */
const bodyBytesMax = 256 * 1024;

/**
 * Builds the HTTP application without listening: a process or a test does that. It opens nothing and closes nothing
 * that it was given.
 */
export async function buildApp(dependencies: ApiDependencies): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = dependencies.logger;
  const app: FastifyInstance = Fastify({
    loggerInstance,
    // One line per finished request would drown the log of a machine that polls; what goes wrong is logged by problem.ts.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: bodyBytesMax,
    trustProxy: dependencies.config.api.trustedProxies,
    // Ends idle connections when the server closes, which would otherwise keep it open.
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
    clientErrorHandler: (_error, socket) => answerUnreadable(socket),
  });

  // Bodies are JSON; Fastify would hand plain text on as a string.
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  registerAllowedHosts(app, dependencies.config.api.hosts);
  registerAuthentication(app, dependencies);
  registerUnknownRoutes(app);
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    // The loopback address has no certificate.
    strictTransportSecurity: false,
  });
  await registerOpenApi(app, dependencies.version.version);

  const routes = { ...dependencies, eventFeed: createEventFeed(dependencies.database, dependencies.logger) };
  await app.register(healthRoutes(routes));
  const { temporal, encryptionKeys } = dependencies.config;
  await app.register(payloadCodecRoutes({ keys: encryptionKeys, uiUrl: temporal.uiUrl }));
  await registerReference(app);
  for (const resource of resources) await app.register(resource(routes), { prefix: '/api/v1' });
  await app.ready();
  return app;
}

const resources = [
  authRoutes,
  tokenRoutes,
  userRoutes,
  workOrderRoutes,
  workOrderControlRoutes,
  workOrderEventRoutes,
  escalationRoutes,
  decisionRoutes,
  outcomeRoutes,
  pullRequestRoutes,
  stopAllRoutes,
  moneyRoutes,
  failureRoutes,
  flagRoutes,
  auditRoutes,
];

/** What is not HTTP has no request to answer; the answer is written by hand. */
function answerUnreadable(socket: Socket): void {
  if (!socket.writable) return;
  const body = JSON.stringify(
    createProblem('bad-request', 'This is not a request that can be read as HTTP.', randomUUID()),
  );
  const head = ['HTTP/1.1 400 Bad Request', `Content-Type: ${problemMediaType}`, 'Connection: close'];
  socket.end(`${head.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
