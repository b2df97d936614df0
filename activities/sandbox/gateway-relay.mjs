// Runs inside the sandbox, where there is no network: listens on the loopback of the sandbox's own network, hands each
// connection to the Unix socket that was mounted into it, starts the real command, and ends with its exit code.
// Usage: node gateway-relay.mjs SOCKET PORT -- COMMAND [ARGUMENT ...]
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';

const [socketPath = '', port = '', , command = '', ...args] = process.argv.slice(2);

const server = createServer((client) => {
  const gateway = connect(socketPath);
  client.pipe(gateway).pipe(client);
  client.on('error', () => gateway.destroy());
  gateway.on('error', () => client.destroy());
});

server.listen(Number(port), '127.0.0.1', () => {
  const child = spawn(command, args, { stdio: 'inherit' });
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(127);
  });
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
});
