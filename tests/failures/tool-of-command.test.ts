import { describe, expect, it } from 'vitest';

import { toolOfCommand, toolOfEcho } from '../../domain/failures/tool-of-command.ts';
import { processorMsOf } from '../support/processor-time.ts';

const named: readonly (readonly [command: string, tool: string])[] = [
  ['eslint .', 'eslint'],
  ['npx eslint .', 'eslint'],
  ['npx --no-install tsc --noEmit', 'tsc'],
  ['npx -p typescript tsc -b', 'tsc'],
  ['npx prettier@3 --check .', 'prettier'],
  ['npx @biomejs/biome ci .', 'biome'],
  ['npm exec -- eslint .', 'eslint'],
  ['pnpm exec vitest run', 'vitest'],
  ['yarn dlx prettier --check .', 'prettier'],
  ['bunx biome ci', 'biome'],
  ['bun x tsc', 'tsc'],
  ['bun test', 'bun-test'],
  ['deno lint', 'deno-lint'],
  ['node --test', 'node-test'],
  ['node_modules/.bin/jest --ci', 'jest'],
  ['.venv/bin/ruff check .', 'ruff'],
  ['.venv/bin/python -m pytest -q', 'pytest'],
  ['python3 -m unittest discover -s tests', 'unittest'],
  ['python -m pip install -r requirements.txt', 'pip'],
  ['uv run --frozen ruff check', 'ruff'],
  ['uv sync --locked', 'uv'],
  ['poetry run mypy src', 'mypy'],
  ['pdm run pytest', 'pytest'],
  ['bundle exec rubocop', 'rubocop'],
  ['vendor/bin/phpunit', 'phpunit'],
  ['php vendor/bin/phpstan analyse', 'phpstan'],
  ['go vet ./...', 'go-vet'],
  ['go test ./... 2>&1 | tee out.txt', 'go-test'],
  ['go mod download', 'go-mod'],
  ['cargo clippy --locked -- -D warnings', 'cargo-clippy'],
  ['cargo +nightly fmt --check', 'cargo-fmt'],
  ['terraform fmt -check -diff', 'terraform-fmt'],
  ['dotnet format --verify-no-changes', 'dotnet-format'],
  ['mix credo --strict', 'credo'],
  ['npm ci', 'npm'],
  ['yarn', 'yarn'],
  ['pnpm install --frozen-lockfile', 'pnpm'],
  ['FOO=1 timeout 60s pytest -q', 'pytest'],
  ['sudo env CI=1 nice -n 10 golangci-lint run', 'golangci-lint'],
  ['cd web && npx eslint .', 'eslint'],
  ['ruff check . && ruff format --check .', 'ruff'],
];

const unnamed: readonly string[] = [
  '',
  'npm run lint',
  'npm test',
  'pnpm run lint',
  'pnpm lint',
  'yarn lint',
  'yarn run lint',
  'bun run lint',
  'deno task lint',
  'hatch run lint',
  'make lint',
  'just lint',
  'tox',
  'nox -s lint',
  'pre-commit run --all-files',
  './gradlew check',
  './lint.sh',
  'scripts/eslint .',
  'node scripts/build.js',
  'python tests/run.py',
  'bash -c "eslint . && tsc"',
  'awk -f sum.awk',
  'git diff --exit-code',
  'docker compose run test',
  'ruff check . && mypy .',
  'eslint .; tsc',
  'eslint . && make test',
  'a-program-of-nobody .',
];

describe('the tool of a command', () => {
  it.each(named)('%s is %s', (command, tool) => {
    expect(toolOfCommand(command)).toBe(tool);
  });

  it.each(unnamed)('is not known of a script, of a runner of tasks, and of several tools: %s', (command) => {
    expect(toolOfCommand(command)).toBeNull();
  });

  it('is found in time that grows with the length of the command alone', () => {
    const hostile = ['npx '.repeat(50_000), `${'a='.repeat(50_000)} x`, '&'.repeat(100_000), ' '.repeat(100_000)];
    const takenMs = processorMsOf(() => {
      for (const command of hostile) expect(toolOfCommand(command)).toBeNull();
    });
    expect(takenMs).toBeLessThan(2_000);
  });
});

describe('the tool of a command that is repeated in an output', () => {
  it.each([
    ['> eslint .', 'eslint'],
    ['$ npx eslint .', 'eslint'],
    ['$ pnpm exec tsc', 'tsc'],
    ['$ bundle exec rspec', 'rspec'],
    ['+ cargo test', 'cargo-test'],
    ['> tsc --noEmit && eslint .', 'eslint'],
  ])('%s is %s', (line, tool) => {
    expect(toolOfEcho(line)).toBe(tool);
  });

  it.each(['> shop@1.0.0 lint', '> make lint', '$ yarn run lint', 'eslint .', '> 3 errors'])(
    'is not known of %s',
    (line) => {
      expect(toolOfEcho(line)).toBeNull();
    },
  );
});
