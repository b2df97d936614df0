/**
 * For processes of Node that live for a minute: V8's last stages, of scripts and of WebAssembly, pay for themselves after
 * hours. Compiling with them took a twentieth of the whole run. Not for the tests that measure time.
 */
export const shortLived = ['--no-turbofan', '--liftoff-only'];
