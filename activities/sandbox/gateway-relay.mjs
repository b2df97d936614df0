// Runs inside the sandbox, where there is no network: listens on the loopback of the sandbox's own network, hands each
// connection to a Unix socket that was mounted into it, starts the real command, and ends with its exit code.
// Usage: node gateway-relay.mjs [PORT SOCKET TARGET]... -- COMMAND [ARGUMENT ...]
// TARGET is empty, or HOST:PORT for which the proxy behind the socket is asked first.
import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';

const end = process.argv.indexOf('--');
const routes = process.argv.slice(2, end);
const [command = '', ...args] = process.argv.slice(end + 1);

/**
 * @param {import('node:net').Socket} client
 * @param {import('node:net').Socket} far
 */
function join(client, far) {
  client.pipe(far).pipe(client);
  client.on('error', () => far.destroy());
  client.on('close', () => far.destroy());
  far.on('error', () => client.destroy());
}

/**
 * @param {string} socketPath
 * @param {string} target
 * @param {import('node:net').Socket} client
 */
function passOn(socketPath, target, client) {
  if (target === '') {
    join(client, connect(socketPath));
    return;
  }
  const asked = request({ socketPath, method: 'CONNECT', path: target, headers: { host: target } });
  asked.on('connect', (answer, far) => {
    if (answer.statusCode === 200) {
      join(client, far);
      return;
    }
    far.destroy();
    client.destroy();
  });
  asked.on('error', () => client.destroy());
  client.on('error', () => asked.destroy());
  asked.end();
}

/**
 * @param {number} index of a port in `routes`
 * @returns {Promise<void>}
 */
function listen(index) {
  const [port = '', socketPath = '', target = ''] = routes.slice(index, index + 3);
  const server = createServer((client) => passOn(socketPath, target, client));
  return new Promise((resolve) => server.listen(Number(port), '127.0.0.1', () => resolve()));
}

await Promise.all(routes.flatMap((_, index) => (index % 3 === 0 ? [listen(index)] : [])));
const child = spawn(command, args, { stdio: 'inherit' });
child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
