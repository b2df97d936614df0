import { languageOf } from './mask-code.ts';

const testNames =
  /(?:[._-](?:test|tests|spec|e2e|cy)\.[a-z]{1,6}|_test\.(?:go|py|rb|dart)|_spec\.rb|(?:Test|Tests|IT|Spec)\.(?:java|kt|cs|swift|scala|groovy|php))$/;
const testFolder = /(?:^|\/)(?:__tests__|tests?|specs?|e2e|testing)\//i;

/** Whether the name of a file says that it holds tests. */
export function hasTestName(path: string): boolean {
  return testNames.test(path) || /(?:^|\/)(?:(?:test_[^/]{1,200}|conftest)\.py|tests?\.[a-z]{1,6})$/.test(path);
}

/** Whether a file belongs to the tests: by its name, or as code in a folder of tests. */
export function isTestFile(path: string): boolean {
  return languageOf(path) !== null && (hasTestName(path) || testFolder.test(path));
}
