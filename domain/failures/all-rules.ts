import { absentThingsRules } from './extractors/absent-things.ts';
import { answerRules } from './extractors/answers.ts';
import { biomeRules } from './extractors/biome.ts';
import { buildNeedsRules } from './extractors/build-needs.ts';
import { cargoTestRules } from './extractors/cargo-test.ts';
import { commandRules } from './extractors/commands.ts';
import { contractWordRules } from './extractors/contract-words.ts';
import { contractRules } from './extractors/contracts.ts';
import { cppTestsRules } from './extractors/cpp-tests.ts';
import { dartTestRules } from './extractors/dart-test.ts';
import { dartRules } from './extractors/dart.ts';
import { dataWordRules } from './extractors/data-words.ts';
import { dotnetTestRules } from './extractors/dotnet-test.ts';
import { dotnetRules } from './extractors/dotnet.ts';
import { elixirRules } from './extractors/elixir.ts';
import { environmentRules } from './extractors/environment.ts';
import { eslintRules } from './extractors/eslint.ts';
import { exunitRules } from './extractors/exunit.ts';
import { forgeRules } from './extractors/forge.ts';
import { failedListRules } from './extractors/failed-lists.ts';
import { formattersRules } from './extractors/formatters.ts';
import { functionalTestsRules } from './extractors/functional-tests.ts';
import { generalPackageRules } from './extractors/general-packages.ts';
import { generalRules } from './extractors/general.ts';
import { gitWordRules } from './extractors/git-words.ts';
import { gitRules } from './extractors/git.ts';
import { goTestRules } from './extractors/go-test.ts';
import { goRules } from './extractors/go.ts';
import { haskellRules } from './extractors/haskell.ts';
import { headedTestRules } from './extractors/headed-tests.ts';
import { installHintRules } from './extractors/install-hints.ts';
import { installPhraseRules } from './extractors/install-phrases.ts';
import { installWordsRules } from './extractors/install-words.ts';
import { jestRules } from './extractors/jest.ts';
import { jvmTestsRules } from './extractors/jvm-tests.ts';
import { jvmRules } from './extractors/jvm.ts';
import { linterFormsRules } from './extractors/linter-forms.ts';
import { linterSumsRules } from './extractors/linter-sums.ts';
import { loaderRules } from './extractors/loader-words.ts';
import { machineRules } from './extractors/machine.ts';
import { mochaRules } from './extractors/mocha.ts';
import { modelRules } from './extractors/models.ts';
import { namedFailureRules } from './extractors/named-failures.ts';
import { linkerRules } from './extractors/linkers.ts';
import { nativeRules } from './extractors/native.ts';
import { neededPartRules } from './extractors/needed-parts.ts';
import { networkRules } from './extractors/network.ts';
import { nodePackageRules } from './extractors/node-packages.ts';
import { nodeTestRules } from './extractors/node-test.ts';
import { nodeRules } from './extractors/node.ts';
import { ocamlRules } from './extractors/ocaml.ts';
import { otherCompilersRules } from './extractors/other-compilers.ts';
import { otherLintersRules } from './extractors/other-linters.ts';
import { otherTestsRules } from './extractors/other-tests.ts';
import { packageWordsRules } from './extractors/package-words.ts';
import { perlRules } from './extractors/perl.ts';
import { phpLintersRules } from './extractors/php-linters.ts';
import { phpTestsRules } from './extractors/php-tests.ts';
import { phpRules } from './extractors/php.ts';
import { playwrightRules } from './extractors/playwright.ts';
import { pythonLintersRules } from './extractors/python-linters.ts';
import { pythonPackageRules } from './extractors/python-packages.ts';
import { pythonTestRules } from './extractors/python-tests.ts';
import { pythonRules } from './extractors/python.ts';
import { requirementRules } from './extractors/requirement-words.ts';
import { rJuliaRules } from './extractors/r-julia.ts';
import { rubocopRules } from './extractors/rubocop.ts';
import { rubyTestsRules } from './extractors/ruby-tests.ts';
import { rubyRules } from './extractors/ruby.ts';
import { rustRules } from './extractors/rust.ts';
import { scriptRunnersRules } from './extractors/script-runners.ts';
import { servicesRules } from './extractors/services.ts';
import { shellLintersRules } from './extractors/shell-linters.ts';
import { smallLanguagesRules } from './extractors/small-languages.ts';
import { stylelintRules } from './extractors/stylelint.ts';
import { swiftTestsRules } from './extractors/swift-tests.ts';
import { tapRules } from './extractors/tap.ts';
import { targetRules } from './extractors/targets.ts';
import { testBlocksRules } from './extractors/test-blocks.ts';
import { verdictRowsRules } from './extractors/verdict-rows.ts';
import { testWordsRules } from './extractors/test-words.ts';
import { timeoutsRules } from './extractors/timeouts.ts';
import { toldErrorRules } from './extractors/told-errors.ts';
import { toldTimeoutRules } from './extractors/told-timeouts.ts';
import { typeCheckersRules } from './extractors/type-checkers.ts';
import { typescriptRules } from './extractors/typescript.ts';
import { uncaughtRules } from './extractors/uncaught.ts';
import { vitestRules } from './extractors/vitest.ts';
import { lineFormatRules } from './formats/line-formats.ts';
import type { LineRule } from './line-rule.ts';

/** Every rule that reads a line. Their order does not matter: weights decide. */
export const allRules: readonly LineRule[] = [
  ...absentThingsRules,
  ...biomeRules,
  ...cargoTestRules,
  ...buildNeedsRules,
  ...commandRules,
  ...contractRules,
  ...contractWordRules,
  ...cppTestsRules,
  ...dartTestRules,
  ...dartRules,
  ...dataWordRules,
  ...dotnetTestRules,
  ...dotnetRules,
  ...elixirRules,
  ...environmentRules,
  ...eslintRules,
  ...exunitRules,
  ...forgeRules,
  ...formattersRules,
  ...functionalTestsRules,
  ...answerRules,
  ...generalPackageRules,
  ...generalRules,
  ...gitRules,
  ...gitWordRules,
  ...goTestRules,
  ...goRules,
  ...haskellRules,
  ...headedTestRules,
  ...installHintRules,
  ...installPhraseRules,
  ...installWordsRules,
  ...jestRules,
  ...jvmTestsRules,
  ...jvmRules,
  ...linterFormsRules,
  ...linterSumsRules,
  ...loaderRules,
  ...machineRules,
  ...mochaRules,
  ...modelRules,
  ...namedFailureRules,
  ...nativeRules,
  ...linkerRules,
  ...neededPartRules,
  ...networkRules,
  ...nodePackageRules,
  ...nodeTestRules,
  ...nodeRules,
  ...ocamlRules,
  ...otherCompilersRules,
  ...otherLintersRules,
  ...otherTestsRules,
  ...packageWordsRules,
  ...perlRules,
  ...phpLintersRules,
  ...phpTestsRules,
  ...phpRules,
  ...playwrightRules,
  ...pythonLintersRules,
  ...pythonPackageRules,
  ...pythonTestRules,
  ...pythonRules,
  ...requirementRules,
  ...rJuliaRules,
  ...rubocopRules,
  ...rubyTestsRules,
  ...rubyRules,
  ...rustRules,
  ...scriptRunnersRules,
  ...servicesRules,
  ...shellLintersRules,
  ...smallLanguagesRules,
  ...stylelintRules,
  ...swiftTestsRules,
  ...tapRules,
  ...failedListRules,
  ...targetRules,
  ...testBlocksRules,
  ...verdictRowsRules,
  ...testWordsRules,
  ...timeoutsRules,
  ...toldErrorRules,
  ...toldTimeoutRules,
  ...typeCheckersRules,
  ...typescriptRules,
  ...uncaughtRules,
  ...vitestRules,
  ...lineFormatRules,
];
