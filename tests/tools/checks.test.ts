import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runChecks } from '../../tools/checks.mjs';
import { hostEnvironment } from '../../tools/environment.mjs';
import { git } from '../support/repositories.ts';
import { createScratchFolder } from './scratch.ts';

let scratch: ReturnType<typeof createScratchFolder>;

beforeEach(() => {
  scratch = createScratchFolder();
});
afterEach(() => {
  scratch.remove();
});

/** @param scripts what the npm scripts of the checks do, as code */
async function check(scripts: Record<string, string>, names = Object.keys(scripts)) {
  for (const [name, code] of Object.entries(scripts)) writeFileSync(join(scratch.path, `${name}.mjs`), code);
  const commands = Object.keys(scripts).map((name) => [`check:${name}`, `node ${name}.mjs`]);
  writeFileSync(join(scratch.path, 'package.json'), JSON.stringify({ scripts: Object.fromEntries(commands) }));
  return runChecks(scratch.path, names, hostEnvironment());
}

describe('the checks of the code base', () => {
  it('run all, in their order, even when one fails, and what it complains of is kept', async () => {
    const results = await check({
      lint: "console.log('on its output'); console.error('on its errors'); process.exitCode = 1;",
      imports: "console.log('nothing to say');",
    });
    expect(results.map(({ name, hasPassed }) => [name, hasPassed])).toEqual([
      ['lint', false],
      ['imports', true],
    ]);
    expect(results[0]?.text).toMatch(/^✖ lint \([\d.]+ s\)\non its output\non its errors\n/);
    expect(results[1]?.text).toMatch(/^✔ imports \([\d.]+ s\)\n$/);
  });

  it('fail when their npm script is not there', async () => {
    expect(await check({}, ['vanished'])).toMatchObject([{ name: 'vanished', hasPassed: false }]);
  });

  it('remember single files that they found good where that is safe: never in the linter', async () => {
    const results = await check({
      lint: 'console.log(process.argv.length); process.exitCode = 1;',
      format: 'console.log(process.argv.slice(2).join(" ")); process.exitCode = 1;',
    });
    expect(results[0]?.text).toMatch(/\n2\n/);
    expect(results[1]?.text).toMatch(/\n--cache --cache-strategy content --cache-location \.ratchet\S+\n/);
  });
});

describe('a check that has passed', () => {
  const counting = "import { appendFileSync } from 'node:fs'; appendFileSync('.git/runs', 'x');";
  const runs = () => readFileSync(join(scratch.path, '.git/runs'), 'utf8').length;

  beforeEach(async () => {
    await git(scratch.path, 'init', '--quiet');
    writeFileSync(join(scratch.path, '.gitignore'), '.ratchet\n');
  });

  it('runs again only when a file has changed: known to git or not, installed or generated', async () => {
    const scripts = { lint: counting };
    const [first] = await check(scripts);
    expect(first?.text).toMatch(/^✔ lint \([\d.]+ s\)\n$/);
    const [second] = await check(scripts);
    expect(second).toMatchObject({ hasPassed: true, text: '✔ lint (no file has changed since it passed)\n' });
    expect(runs()).toBe(1);
    for (const path of ['new.ts', 'node_modules/.package-lock.json', 'prisma/generated/client.ts']) {
      const before = runs();
      mkdirSync(dirname(join(scratch.path, path)), { recursive: true });
      writeFileSync(join(scratch.path, path), 'changed');
      await check(scripts);
      await check(scripts);
      expect(runs(), path).toBe(before + 1);
    }
  });

  it('runs again when it failed the last time, and when a file changed while it ran', async () => {
    await check({ lint: `${counting} process.exitCode = 1;` });
    expect((await check({ lint: `${counting} process.exitCode = 1;` }))[0]?.hasPassed).toBe(false);
    expect(runs()).toBe(2);
    const changing = `${counting} appendFileSync('changing.ts', 'x');`;
    await check({ lint: changing });
    await check({ lint: changing });
    expect(runs()).toBe(4);
  });
});
