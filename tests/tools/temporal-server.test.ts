import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { reservePorts } from '../../tools/ports.mjs';
import { refuseRunsOfOtherVersion } from '../../tools/temporal-server.mjs';
import { createTemporalServer } from '../support/temporal.ts';
import { createScratchFolder } from './scratch.ts';

let scratch: ReturnType<typeof createScratchFolder>;
beforeEach(() => {
  scratch = createScratchFolder();
});
afterEach(() => {
  scratch.remove();
});

describe('the runs of a clone', () => {
  it('are not left behind for a server of another version, whose list would be empty', () => {
    writeFileSync(join(scratch.path, 'temporal-1.8.2.db'), '');
    writeFileSync(join(scratch.path, 'temporal-1.8.2.db-wal'), '');
    expect(() => refuseRunsOfOtherVersion(scratch.path, '1.8.2')).not.toThrow();
    expect(() => refuseRunsOfOtherVersion(scratch.path, '1.9.0')).toThrow(
      /made by Temporal 1\.8\.2 and the one found is 1\.9\.0.*nothing is lost.*remove \.ratchet\/temporal-1\.8\.2\.db/,
    );
    // Both: somebody has worked with each, and one of them is stale.
    writeFileSync(join(scratch.path, 'temporal-1.9.0.db'), '');
    expect(() => refuseRunsOfOtherVersion(scratch.path, '1.9.0')).toThrow('made by Temporal 1.8.2');
  });

  it('need not be there', () => {
    expect(() => refuseRunsOfOtherVersion(join(scratch.path, 'none'), '1.8.2')).not.toThrow();
  });

  it('lie in the state folder, whatever its name', async () => {
    const stateDirectory = join(scratch.path, 'a #b?c=%20d');
    mkdirSync(stateDirectory);
    const reserved = await reservePorts([{ part: 'Temporal' }, { part: "Temporal's UI" }]);
    const [port = 0, uiPort = 0] = reserved.ports;
    const part = await createTemporalServer({ stateDirectory, port, uiPort });
    for (let starts = 0; starts < 2; starts += 1) {
      await part.start();
      const connection = await Connection.connect({ address: `127.0.0.1:${port}` });
      await connection.close();
      await part.stop();
    }
    reserved.release();
    expect(readdirSync(stateDirectory).some((name) => /^temporal-.*\.db$/.test(name))).toBe(true);
    expect(existsSync(join(scratch.path, 'a '))).toBe(false);
  });
});
