/** The small process of `process-launcher.mjs`. */
import { runGuarded } from './guarded-process.mjs';
import { describeError } from './provisioning-error.mjs';

/** @type {Map<number, AbortController>} */
const running = new Map();

/** @param {import('./process-launcher.mjs').LauncherAnswer} answer */
function answer(answer) {
  // Nobody is there to hear it once the other side has gone.
  if (process.connected) process.send?.(answer, () => undefined);
}

process.on('message', (/** @type {import('./process-launcher.mjs').LauncherRequest} */ request) => {
  const { id } = request;
  if ('abort' in request) {
    running.get(id)?.abort();
    return;
  }
  const controller = new AbortController();
  running.set(id, controller);
  Promise.resolve()
    .then(() => runGuarded({ ...request.options, signal: controller.signal }))
    .then(
      (result) => answer({ id, result }),
      (/** @type {unknown} */ error) => answer({ id, error: describeError(error) }),
    )
    .finally(() => running.delete(id));
});

// What it runs ends with it: the guards of its commands see its end.
process.once('disconnect', () => process.exit());
// Ctrl-C goes to the whole group. Whoever asked decides what that means.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
