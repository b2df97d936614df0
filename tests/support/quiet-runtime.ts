import { DefaultLogger, Runtime } from '@temporalio/worker';

let isInstalled = false;

/** Failing activities are the subject of many tests; the SDK would print each. A process has one runtime for all files. */
export function installQuietRuntime(): void {
  if (isInstalled) return;
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  isInstalled = true;
}
