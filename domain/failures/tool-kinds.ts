import type { FailureClass } from './failure-class.ts';

/** What a tool usually complains of; names in lower case. */
const kinds: readonly (readonly [FailureClass, string])[] = [
  [
    'lint_error',
    'eslint oxlint biome prettier stylelint standard xo tslint jshint jscs rslint dprint black ruff flake8 pylint isort pycodestyle pydocstyle pyflakes bandit autopep8 yapf vulture radon pylama rubocop standardrb reek erblint haml-lint slim-lint brakeman fasterer phpcs php-cs-fixer phpmd psalm-taint phpstan larastan pint golangci-lint golint revive staticcheck go-vet vet gofmt goimports gofumpt gosec errcheck clippy cargo-clippy rustfmt cargo-fmt cargo-deny cargo-audit checkstyle pmd spotbugs spotless ktlint detekt errorprone scalafmt scalafix scapegoat wartremover swiftlint swiftformat swift-format shellcheck shfmt hadolint yamllint actionlint markdownlint markdownlint-cli2 remark textlint vale alex write-good cspell codespell typos commitlint dependency-cruiser knip madge depcheck import-linter sqlfluff sqlfmt hlint ormolu fourmolu stylish-haskell credo dialyxir luacheck selene stylua clang-tidy clang-format cppcheck cpplint cmake-format cmakelint buildifier buf-lint spectral vacuum redocly tflint tfsec checkov trivy semgrep gitleaks trufflehog detect-secrets dotnet-format csharpier fantomas elm-format elm-review elm-analyse nixpkgs-fmt statix deadnix perlcritic perltidy lintr styler jsonlint ajv-lint editorconfig-checker ls-lint htmlhint html-validate djlint curlylint pug-lint svelte-lint sass-lint scss-lint stylelint ansible-lint kube-linter kubeval kubeconform helm-lint puppet-lint foodcritic cookstyle salt-lint terraform-fmt deno-lint deno-fmt dart-format nimpretty erlfmt elvis rebar3-lint ameba mix-format zig-fmt crystal-format solhint slither lychee proselint gherkin-lint dotenv-linter taplo rumdl mdformat pylint3 squawk',
  ],
  [
    'compile_error',
    'tsc vue-tsc tsgo svelte-check astro-check flow mypy pyright basedpyright pyre pytype ty pyrefly sorbet steep rbs psalm phan javac ecj kotlinc scalac groovyc csc fsc vbc msbuild rustc gcc g++ cc c++ clang clang++ cl ld lld gfortran gnat go-build go-compile cargo-build cargo-check make cmake ninja meson bazel buck swiftc swift swift-build xcodebuild ghc cabal stack ocaml ocamlc ocamlopt dune elm dart-compile dart-analyze flutter-analyze zig nim crystal v odin d dmd ldc erlc elixirc mix-compile rebar3 gleam purs spago coffee babel swc esbuild rollup vite webpack rspack parcel turbopack next nuxt remix astro sveltekit gatsby ng metro rolldown tsup unbuild sass less postcss tailwindcss protoc thrift flatc buf-build terraform terraform-validate tofu pulumi helm kustomize docker-build latex pdflatex luac java-compile solc forge-build vyper hardhat-compile nasm yasm verilator iverilog ghdl openscad prisma-validate graphql-codegen asciidoctor mdx cython nvcc deno-check',
  ],
  [
    'test_fail',
    'jest vitest mocha jasmine karma ava tape tap uvu qunit node-test bun-test deno-test playwright cypress testcafe nightwatch webdriverio wdio puppeteer pytest unittest nose nose2 doctest behave lettuce robot hypothesis go-test gotestsum ginkgo cargo-test nextest cargo-nextest junit surefire failsafe testng spock gradle-test maven-test scalatest specs2 munit utest zio-test kotest rspec minitest test-unit cucumber cucumber-js phpunit pest codeception behat phpspec atoum exunit mix-test eunit common-test proper gtest googletest catch2 doctest-cpp boost-test ctest cppunit cpputest unity criterion cmocka check xctest swift-testing swift-test quick dotnet-test xunit nunit mstest tunit expecto fsunit hspec tasty hunit quickcheck alcotest ounit elm-test dart-test flutter-test zig-test nim-test testament prove test-more bats shunit2 shellspec pester testthat tinytest busted luaunit lust clojure-test kaocha lein-test julia-test crystal-spec foundry forge-test hardhat-test truffle opa-test conftest-test newman k6 artillery storybook-test backstop percy',
  ],
  [
    'dependency_missing',
    'npm yarn pnpm bun-install pip pip3 pipenv poetry uv pdm hatch pip-tools conda mamba cargo-install bundle bundler gem composer go-mod go-get nuget dotnet-restore maven-resolve coursier sbt-update mix-deps hex pub dart-pub flutter-pub cocoapods pod carthage swift-package vcpkg conan opam luarocks cpan cpanm cabal-install apt apt-get brew yum dnf apk pacman nix shards nimble zef renv pak helm-dependency',
  ],
  [
    'contract_violation',
    'api-extractor buf-breaking oasdiff openapi-diff openapi-changes optic graphql-inspector cargo-semver-checks cargo-public-api apidiff gorelease revapi japicmp animal-sniffer metalava apicompat abidiff abi-compliance-checker griffe publint attw arethetypeswrong tsd dtslint expect-type pact pact-verifier pact-broker spring-cloud-contract schema-registry avro-compat json-schema-diff-validator rover dredd schemathesis roave-backward-compatibility-check php-semver-checker kotlin-binary-compatibility-validator apicheck mima proto-break',
  ],
  [
    'orchestration_error',
    'git gh glab hub github gitlab github-api gitlab-api docker docker-compose podman kubectl ssh rsync',
  ],
  ['budget_exceeded', 'openai anthropic litellm openrouter gemini bedrock azure-openai ollama mistral groq aider llm'],
  ['timeout', 'timeout wait-on wait-for-it dockerize'],
  [
    'unknown',
    'size-limit bundlesize bundlewatch license-checker license-checker-rseidelsohn licensee pip-licenses typedoc jsdoc javadoc sphinx mkdocs prisma-migrate alembic flyway liquibase jq awk sed',
  ],
];

const kindOf = new Map(
  kinds.flatMap(([failureClass, names]) => names.split(/\s+/).map((name) => [name, failureClass] as const)),
);

// For names that nobody has listed.
const speakingNames: readonly (readonly [FailureClass, RegExp])[] = [
  ['contract_violation', /breaking|semver|contract|compat|api-?diff|abi/],
  ['lint_error', /lint|fmt|format|style|audit|vet$|spell|sniff|prettier/],
  ['test_fail', /test|spec|unit$|(?<!type-)coverage|e2e/],
  ['compile_error', /compil|build|type-?check|check$|cc$|tsc/],
];

/** The class of what a tool usually complains of; null where its name says nothing. */
export function kindOfTool(tool: string | null): FailureClass | null {
  if (tool === null) return null;
  const name = tool
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_:]+/g, '-');
  const known = kindOf.get(name) ?? kindOf.get(name.replace(/-cli\d?$|^@[\w-]+\//, ''));
  return known ?? speakingNames.find(([, pattern]) => pattern.test(name))?.[0] ?? null;
}

const interpreters: ReadonlySet<string> = new Set([
  'zsh',
  'fish',
  'lua5.4',
  'luajit',
  'r',
  'rscript',
  'shell-commands',
  'tsx',
  'ts-node',
  'node',
  'python',
  'python3',
  'php',
  'ruby',
  'perl',
  'bash',
  'sh',
  'deno',
  'bun',
  'java',
  'lua',
  'julia',
]);
const launchers =
  /^(?:npx|npm|pnpm|yarn|bunx?|exec|run|dlx|sudo|env|nice|time|timeout|poetry|uv|uvx|pipenv|bundle|python3?|node|-\S*|\d+\S*|\w+=\S*|cross-env|dotenv|mix|dotnet|cargo|go|php|vendor\/bin\/\S+|\.\/\S+|\$)$/;

/** Whether a tool runs programs: what it complains of first is their text, and then anything. */
export function isInterpreter(tool: string | null): boolean {
  return tool !== null && interpreters.has(tool.trim().toLowerCase());
}

/**
 * The tool of a command as package managers and shells repeat it before they run it: `> eslint .`, `$ tsc`, `+ cargo test`.
 */
export function toolOfCommand(line: string): string | null {
  const command = /^(?:> |\$ |\+ |❯ |➜ |\[command\])(?<command>[\w@./=-].{0,300})$/.exec(line)?.groups?.['command'];
  // npm repeats the name and version of the package before the command.
  if (command === undefined || /^\S+@\S+ \w+/.test(command)) return null;
  const last = command.split(/\s(?:&&|;|\|\|)\s/).at(-1) ?? command;
  return toolOfWords(last.split(/\s+/).slice(0, 8));
}

function toolOfWords(words: readonly string[]): string | null {
  for (const [at, word] of words.entries()) {
    const name = word.split('/').at(-1) ?? word;
    const joined = `${name}-${words[at + 1] ?? ''}`;
    if (kindOf.has(joined)) return joined;
    const isTool = kindOf.has(name) && !interpreters.has(name);
    if (isTool || !launchers.test(word)) return name;
  }
  return null;
}
