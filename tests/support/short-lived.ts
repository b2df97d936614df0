/**
 * For processes of Node that live for a minute: V8's last stage pays for itself after hours, and compiling with it took a
 * twelfth of the whole run. Not for the tests that measure time.
 */
export const shortLived = '--no-turbofan';
