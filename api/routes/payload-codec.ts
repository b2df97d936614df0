import type { FastifyPluginAsyncZod } from '@fastify/type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

import { AppError } from '../../domain/errors.ts';
import { SealedError, type EncryptionKeys } from '../../platform/crypto.ts';
import { createEncryptionCodec, fromPayloadJson, isCodecSecret, toPayloadJson } from '../../platform/payload-codec.ts';

export interface PayloadCodecSettings {
  /** Null: there is no endpoint. */
  keys: EncryptionKeys | null;
  /** Address of Temporal's web UI: pages from there alone may read the answers. */
  uiUrl: string | undefined;
}

/** Temporal takes at most 4 MB in one message, and base64 makes it a third longer. */
const bodyBytesMax = 6 * 1024 * 1024;

/** One preflight serves the whole visit. */
const preflightSeconds = 3_600;

const base64 = z.base64();
const bodySchema = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string().max(200), base64).optional(), data: base64.optional() }))
    .max(5_000),
});

/**
 * What Temporal's web UI and command line call a codec server: `POST .../decode` and `.../encode`. They can't send a
 * token of ours, so the address itself is the right to read; `codecAddress` gives it. Whoever has another one is told
 * what everybody is told who asks for something that is not there.
 */
export function payloadCodecRoutes({ keys, uiUrl }: PayloadCodecSettings): FastifyPluginAsyncZod {
  return keys === null ? async () => undefined : routesWith(keys, originsOf(uiUrl));
}

function routesWith(keys: EncryptionKeys, origins: ReadonlySet<string>): FastifyPluginAsyncZod {
  return async (app) => {
    const codec = createEncryptionCodec(keys);

    /** Whether the address and the page that asks are the right ones. */
    function admit(request: FastifyRequest, reply: FastifyReply): boolean {
      const [secret = '', operation, ...rest] = ((request.params as { '*'?: string })['*'] ?? '').split('/');
      const isRight = isCodecSecret(secret, keys) && rest.length === 0;
      if (!isRight || (operation !== 'decode' && operation !== 'encode')) return false;
      const { origin } = request.headers;
      // Without one it is no page: Temporal's command line.
      if (origin === undefined) return true;
      if (!origins.has(origin)) return false;
      void reply.header('access-control-allow-origin', origin).header('vary', 'Origin');
      return true;
    }

    // Before the body is read, or a broken one would tell that there is something here.
    const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
      if (admit(request, reply)) return;
      reply.callNotFound();
      return reply;
    };

    // A wildcard: named in full, the address would be told to whoever uses another method on it.
    app.options('/codec/*', { schema: { hide: true }, onRequest }, async (_request, reply) =>
      reply
        .code(204)
        .header('access-control-allow-methods', 'POST')
        .header('access-control-allow-headers', 'content-type, x-namespace, authorization')
        .header('access-control-max-age', preflightSeconds)
        .send(),
    );

    const options = { schema: { hide: true }, bodyLimit: bodyBytesMax, onRequest };
    app.post('/codec/*', options, async (request) => {
      const body = bodySchema.safeParse(request.body);
      if (!body.success)
        throw new AppError('bad-request', 'The body must be {"payloads": [...]}, with base64 in them.');
      const payloads = body.data.payloads.map(fromPayloadJson);
      const operation = request.url.endsWith('/encode') ? 'encode' : 'decode';
      return { payloads: (await codec[operation](payloads).catch(explain)).map(toPayloadJson) };
    });
  };
}

/** The UI of a first start is found under both names of this machine. */
function originsOf(uiUrl: string | undefined): ReadonlySet<string> {
  if (uiUrl === undefined) return new Set();
  const { origin } = new URL(uiUrl);
  return new Set([origin, origin.replace('//127.0.0.1', '//localhost'), origin.replace('//localhost', '//127.0.0.1')]);
}

function explain(error: unknown): never {
  if (error instanceof SealedError) throw new AppError('bad-request', error.message, { cause: error });
  throw error;
}
