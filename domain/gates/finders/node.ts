import type { Gate, GateKind } from '../gate.ts';
import { readManifest, type PackageManifest, type RepositoryFiles } from '../repository-files.ts';
import { choosePackageManager, type PackageManager } from './package-managers.ts';
import { jestCommand, reportCall, reportScript, vitestCommand } from './test-reporting.ts';
import { reportPackages, runWherePresent, scriptRunEverywhere } from './workspace-scripts.ts';
import { readWorkspacePackages, type WorkspacePackage } from './workspaces.ts';

type ScriptKind = Exclude<GateKind, 'install'>;

const scriptNames: readonly (readonly [kind: ScriptKind, names: readonly string[]])[] = [
  ['compile', ['typecheck', 'type-check', 'check:types', 'check-types', 'types', 'tsc', 'compile', 'build']],
  ['lint', ['lint', 'check:lint', 'lint:check']],
  ['test', ['test', 'test:unit', 'tests']],
  ['contract', ['api-check', 'check:api', 'api-extractor', 'check:contract', 'publint', 'attw']],
];

/** npm's own placeholder: it proves nothing and always fails. */
const emptyTestScript = /no test specified/;

const eslintConfig = /^(?:eslint\.config\.[cm]?[jt]s|\.eslintrc(?:\.(?:[cm]?js|json|ya?ml))?)$/;
const vitestConfig = /^vitest\.(?:config|workspace)\.[cm]?[jt]s$/;
const jestConfig = /^jest\.config\.(?:[cm]?[jt]s|json)$/;
const nodeTestFile = /(?:\.test\.(?:[cm]?js|m?ts)|^test\/.{0,300}\.[cm]?js)$/;
const otherRunners = [
  'mocha',
  'ava',
  'tap',
  'tape',
  'jasmine',
  'uvu',
  'karma',
  'qunit',
  'playwright',
  '@playwright/test',
];

interface NodeProject {
  files: RepositoryFiles;
  manifest: PackageManifest;
  packages: readonly WorkspacePackage[];
  manager: PackageManager;
}

/** The gates of a repository with a package.json: its scripts, else those of its packages, else the tools it configures. */
export function findNodeGates(files: RepositoryFiles): Gate[] {
  const manifest = readManifest(files);
  if (manifest === null) return [];
  const packages = readWorkspacePackages(files, manifest);
  const project = { files, manifest, packages, manager: choosePackageManager(files, manifest) };
  const needsInstall =
    [manifest, ...packages.map((one) => one.manifest)].some((one) => one.packages.size > 0) || packages.length > 0;
  const gates = needsInstall ? [project.manager.install] : [];
  for (const [kind, names] of scriptNames) {
    const found = rootScript(project, kind, names) ?? workspaceScript(project, kind, names);
    gates.push(...(found === undefined ? configuredTools(project, kind) : [found]));
  }
  return gates;
}

function isProvingScript(script: string | undefined): boolean {
  return script !== undefined && script.trim() !== '' && !emptyTestScript.test(script);
}

function rootScript(project: NodeProject, kind: ScriptKind, names: readonly string[]): Gate | undefined {
  const { manifest, manager } = project;
  const name = names.find((candidate) => isProvingScript(manifest.scripts[candidate]));
  if (name === undefined) return undefined;
  const gate = { kind, command: `${manager.name} run ${name}`, source: `package.json scripts.${name}` };
  if (kind !== 'test') return prepare(manager, gate);
  const script = manifest.scripts[name] ?? '';
  const inPackages = scriptRunEverywhere(script);
  if (inPackages !== undefined) {
    return prepare(manager, { ...gate, ...reportPackages(gate.command, scriptOf(project, inPackages)) });
  }
  const call = { command: gate.command, separator: manager.argumentSeparator, packages: manifest.packages };
  return prepare(manager, { ...gate, ...reportScript({ ...call, script }) });
}

function workspaceScript(project: NodeProject, kind: ScriptKind, names: readonly string[]): Gate | undefined {
  const { packages, manager } = project;
  const name = names.find((candidate) =>
    packages.some(({ manifest: { scripts } }) => isProvingScript(scripts[candidate])),
  );
  if (name === undefined) return undefined;
  const script = scriptOf(project, name);
  const isEverywhere = script.packages.length === packages.length;
  const command = isEverywhere || manager.skipsMissing ? manager.runEverywhere(name) : runWherePresent(script);
  const gate = { kind, command, source: `workspace packages scripts.${name}` };
  return prepare(manager, kind === 'test' ? { ...gate, ...reportPackages(command, script) } : gate);
}

function scriptOf({ packages, manager, manifest }: NodeProject, name: string) {
  const having = packages.filter((one) => isProvingScript(one.manifest.scripts[name]));
  return { name, packages: having, manager, shared: manifest.packages };
}

function prepare(manager: PackageManager, gate: Gate): Gate {
  const reportingCommand = manager.prepared(gate.reportingCommand ?? gate.command);
  if (reportingCommand === undefined) return gate;
  const { coverage } = gate;
  const command = coverage && manager.prepared(coverage.command);
  return {
    ...gate,
    reportingCommand,
    ...(coverage === undefined || command === undefined ? {} : { coverage: { ...coverage, command } }),
  };
}

function configuredTools(project: NodeProject, kind: ScriptKind): Gate[] {
  if (kind === 'compile') return configuredCompiler(project);
  if (kind === 'lint') return configuredLinters(project);
  return kind === 'test' ? configuredRunner(project) : [];
}

function configuredCompiler({ files }: NodeProject): Gate[] {
  const settings = files.read('tsconfig.json');
  if (settings === undefined && !files.paths.has('tsconfig.json')) return [];
  const lines = (settings ?? '').split('\n').filter((line) => !line.trimStart().startsWith('//'));
  // A solution file holds no sources of its own: checking it alone would check nothing.
  const hasReferences = /"references"\s*:\s*\[\s*\{/.test(lines.join('\n'));
  const command = `npx --no-install tsc ${hasReferences ? '-b' : '--noEmit'}`;
  return [{ kind: 'compile', command, source: 'tsconfig.json' }];
}

function topFile(files: RepositoryFiles, pattern: RegExp): string | undefined {
  return [...files.paths].find((path) => pattern.test(path));
}

function configuredLinters({ files, manifest }: NodeProject): Gate[] {
  const eslint = topFile(files, eslintConfig) ?? (manifest.keys.has('eslintConfig') ? 'package.json' : undefined);
  const biome = topFile(files, /^biome\.jsonc?$/);
  return [
    ...(eslint === undefined ? [] : [lintGate('npx --no-install eslint .', eslint)]),
    ...(biome === undefined ? [] : [lintGate('npx --no-install biome ci .', biome)]),
  ];
}

function lintGate(command: string, source: string): Gate {
  return { kind: 'lint', command, source };
}

function configuredRunner(project: NodeProject): Gate[] {
  const { files, manifest } = project;
  const vitest = topFile(files, vitestConfig) ?? dependencyOf(project, 'vitest');
  if (vitest !== undefined) return [testGate(project, vitestCommand, vitest)];
  const jest =
    topFile(files, jestConfig) ?? (manifest.keys.has('jest') ? 'package.json' : dependencyOf(project, 'jest'));
  if (jest !== undefined) return [testGate(project, jestCommand, jest)];
  const hasTests = topFile(files, nodeTestFile) !== undefined;
  const hasOther = otherRunners.some((runner) => manifest.packages.has(runner));
  return hasTests && !hasOther ? [testGate(project, 'node --test', 'test files')] : [];
}

function dependencyOf({ manifest }: NodeProject, name: string): string | undefined {
  return manifest.packages.has(name) ? `package.json ${name}` : undefined;
}

function testGate({ manifest }: NodeProject, command: string, source: string): Gate {
  return { kind: 'test', command, source, ...reportCall(command, manifest.packages) };
}
