import { commandRules } from './extractors/commands.ts';
import { compiledTestRules } from './extractors/compiled-tests.ts';
import { contractRules } from './extractors/contracts.ts';
import { dotnetRules } from './extractors/dotnet.ts';
import { generalRules } from './extractors/general.ts';
import { goRules } from './extractors/go.ts';
import { jvmRules } from './extractors/jvm.ts';
import { linterRules } from './extractors/linters.ts';
import { machineRules } from './extractors/machine.ts';
import { modelRules } from './extractors/models.ts';
import { nativeRules } from './extractors/native.ts';
import { nodePackageRules } from './extractors/node-packages.ts';
import { nodeRules } from './extractors/node.ts';
import { otherCompilerRules } from './extractors/other-compilers.ts';
import { pythonPackageRules } from './extractors/python-packages.ts';
import { pythonTestRules } from './extractors/python-tests.ts';
import { pythonRules } from './extractors/python.ts';
import { rustRules } from './extractors/rust.ts';
import { scriptTestRules } from './extractors/script-tests.ts';
import { scriptingTestRules } from './extractors/scripting-tests.ts';
import { scriptingRules } from './extractors/scripting.ts';
import { serviceRules } from './extractors/services.ts';
import { typescriptRules } from './extractors/typescript.ts';
import { lineFormatRules } from './formats/line-formats.ts';
import type { LineRule } from './line-rule.ts';

/** Every rule that reads a line. Their order does not matter: weights decide. */
export const allRules: readonly LineRule[] = [
  ...typescriptRules,
  ...nodeRules,
  ...nodePackageRules,
  ...pythonRules,
  ...pythonPackageRules,
  ...rustRules,
  ...goRules,
  ...nativeRules,
  ...jvmRules,
  ...dotnetRules,
  ...scriptingRules,
  ...otherCompilerRules,
  ...commandRules,
  ...scriptTestRules,
  ...pythonTestRules,
  ...compiledTestRules,
  ...scriptingTestRules,
  ...contractRules,
  ...linterRules,
  ...lineFormatRules,
  ...serviceRules,
  ...modelRules,
  ...machineRules,
  ...generalRules,
];
