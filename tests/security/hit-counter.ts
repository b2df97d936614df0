import { createServer } from 'node:http';

/** A server on the loopback that nobody has a reason to ask. */
export interface HitCounter {
  /** Without a slash at the end. */
  url: string;
  /** Method and path of every request so far. */
  hits: string[];
  close(): Promise<void>;
}

export async function startHitCounter(): Promise<HitCounter> {
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(`${request.method} ${request.url}`);
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The counting server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    hits,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
