import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { startGuarded } from '../../tools/guarded-process.mjs';

/** A server whose queue of connections is full and stays so. */
export interface FullServer {
  port: number;
  close(): Promise<void>;
}

/** Listens, says where, and then never takes a connection: its only thread sleeps. */
const sleeper = `
const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  require('node:fs').writeSync(1, server.address().port + '\\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

/** More than the queue of the sleeper takes. */
const connectionsMax = 16;
const patienceMs = 500;

/** Starts a server that nobody can connect to: the system neither takes nor refuses what comes. */
export async function startFullServer(): Promise<FullServer> {
  let printed = '';
  const lines = Promise.withResolvers<number>();
  const sleeping = startGuarded({
    command: process.execPath,
    args: ['-e', sleeper],
    onOutput: (text) => {
      printed += text;
      if (printed.includes('\n')) lines.resolve(Number(printed.trim()));
    },
  });
  const port = await lines.promise;
  const sockets: Socket[] = [];
  for (let number = 0; number < connectionsMax; number += 1) {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    sockets.push(socket);
    const taken = await Promise.race([
      once(socket, 'connect').then(() => true),
      new Promise<boolean>((resolve) => setTimeout(resolve, patienceMs, false)),
    ]);
    if (!taken) break;
  }
  return {
    port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await sleeping.stop();
    },
  };
}
