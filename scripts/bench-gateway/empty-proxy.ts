/**
 * Passes requests on to a provider (arguments: its own port, the provider's URL up to and with `/v1`) and does nothing else: what
 * one more process between two others costs on this machine, whatever it is for. A process of its own.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { Agent, request } from 'undici';

const [port, providerUrl = ''] = process.argv.slice(2);
const agent = new Agent({ connections: 256, pipelining: 1 });

async function pass(message: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  const { statusCode, headers, body } = await request(`${providerUrl}/chat/completions`, {
    ...{ method: 'POST', dispatcher: agent, body: Buffer.concat(chunks) },
    headers: { 'content-type': 'application/json' },
  });
  response.writeHead(statusCode, { 'content-type': String(headers['content-type']) });
  for await (const chunk of body as AsyncIterable<Buffer>) response.write(chunk);
  response.end();
}

const server = createServer((message, response) => {
  if (message.method === 'GET') {
    response.end('ready');
    return;
  }
  pass(message, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
});
server.keepAliveTimeout = 60_000;
server.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
