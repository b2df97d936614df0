/** Writes the history of a finished run to a file, for tests/replay. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { Client, Connection } from '@temporalio/client';

const usage = `Usage: node scripts/record-history.ts --address HOST:PORT --workflow-id ID FILE.json

Exports the whole history of a finished run, as tests/replay reads it. \`npx ratchet order show\` names an order's id; its
workflow is work-order/<id>. --namespace names another namespace than "default".`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    address: { type: 'string', default: '127.0.0.1:7233' },
    namespace: { type: 'string', default: 'default' },
    'workflow-id': { type: 'string' },
  },
});

async function run(workflowId: string, path: string): Promise<void> {
  const connection = await Connection.connect({ address: values.address });
  try {
    const handle = new Client({ connection, namespace: values.namespace }).workflow.getHandle(workflowId);
    const { status } = await handle.describe();
    if (status.name === 'RUNNING') throw new Error(`${workflowId} is still running: wait for its end, then record it.`);
    const history = await handle.fetchHistory();
    // The SDK's own JSON wants one single protobuf library among the packages. Numbers for ids and enums are what a replay
    // takes without it. A line for each event, so that two recordings can be compared.
    const message = history.constructor as unknown as {
      toObject(history: object, options: object): { events: object[] };
    };
    const { events } = message.toObject(history, { longs: Number, bytes: String });
    await writeFile(path, `{"events":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`);
    console.log(`${path}: ${events.length} events of ${workflowId}`);
  } finally {
    await connection.close();
  }
}

const [path] = positionals;
const workflowId = values['workflow-id'];
if (values.help) {
  console.log(usage);
} else if (path === undefined || workflowId === undefined) {
  console.error(usage);
  process.exitCode = 1;
} else {
  await run(workflowId, path);
}
