import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

/** What the health server asks at each request. */
export interface HealthSources {
  isReady(): boolean;
  /** How the model providers are that were asked so far. */
  providers(): readonly object[];
  /** Prometheus' text form, and its media type. */
  metrics(): Promise<{ text: string; contentType: string }>;
}

/**
 * `/livez` answers as long as the process does; `/readyz` once it takes work, with the state of each model provider;
 * `/metrics` in Prometheus' form. Loopback only.
 */
export async function startHealthServer(port: number, sources: HealthSources): Promise<HealthServer> {
  const server = createServer((request, response) => {
    answer(request.url ?? '', response, sources).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function answer(path: string, response: ServerResponse, sources: HealthSources): Promise<void> {
  const send = (status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  switch (path) {
    case '/livez':
      send(200, { status: 'ok' });
      return;
    case '/readyz':
      if (sources.isReady()) send(200, { status: 'ok', providers: sources.providers() });
      else send(503, { status: 'starting' });
      return;
    case '/metrics': {
      const { text, contentType } = await sources.metrics();
      response.writeHead(200, { 'content-type': contentType });
      response.end(text);
      return;
    }
    default:
      send(404, { status: 'not found' });
  }
}
