import { afterEach, describe, expect, it, vi } from 'vitest';

import { wantedPorts } from '../../tools/stack-ports.mjs';

afterEach(() => {
  vi.unstubAllEnvs();
});

const apiPort = () => wantedPorts()[0];

describe('the port that a user prefers', () => {
  it.each([
    ['', 4_747],
    ['5000', 5_000],
    ['65535', 65_535],
    ['0', undefined],
  ])('is taken from "%s"', (value, preferred) => {
    vi.stubEnv('RATCHET_API_PORT', value);
    expect(apiPort()).toEqual({ part: 'API', ...(preferred === undefined ? {} : { preferred }) });
  });

  it.each(['abc', '-1', '65536', '4747.5', '1e3'])('is refused when it is "%s"', (value) => {
    vi.stubEnv('RATCHET_API_PORT', value);
    expect(apiPort).toThrow(`RATCHET_API_PORT is "${value}" and must be a port, a number from 1 to 65535`);
  });
});
