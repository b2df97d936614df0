/** Prints the address at which Temporal's web interface can have encrypted payloads decoded. */
import { parseArgs } from 'node:util';

import { loadConfig } from '../platform/config.ts';
import { codecAddress } from '../platform/payload-codec.ts';

const usage = `Usage: node scripts/print-codec-address.ts [API]

Prints what to enter in Temporal's web interface as the remote codec endpoint (the glasses at the top), for the API at the
address that is given, else http://127.0.0.1:4747. Whoever has it can read what is encrypted, so it belongs into no chat.
Run it with the environment of the API: it is made from RATCHET_ENCRYPTION_KEYS, and another one after that has changed.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' } },
});
const { encryptionKeys } = values.help === true ? { encryptionKeys: null } : loadConfig();
if (values.help === true) {
  console.log(usage);
} else if (encryptionKeys === null) {
  console.error('RATCHET_ENCRYPTION_KEYS is not set, so nothing is encrypted and Temporal shows everything as it is.');
  process.exitCode = 1;
} else {
  console.log(codecAddress(positionals[0] ?? 'http://127.0.0.1:4747', encryptionKeys));
}
