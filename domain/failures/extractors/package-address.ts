const address = /https?:\/\/[^\s/"'`]{1,200}\/(?<path>[^\s"'`?#]{1,300})/;
/** Folders that registries have before the name of a package, and what they have behind it. */
const before =
  /^(?:(?:api|v\d|simple|pypi|packages?|crates|gems|repository|registry|npm|p2|info|dl|archive|maven2|metadata)\/)+/;
const behind = /\/(?:@v|-|json|versions?|download|releases?)(?:\/.*)?$/;

/** The name of the package in an address of a registry; null where a line has no such address. */
export function packageOfAddress(line: string): string | null {
  const path = address.exec(line)?.groups?.['path'];
  if (path === undefined) return null;
  const name = path
    .replace(/[:.,;)\]]+$/, '')
    .replace(before, '')
    .replace(behind, '')
    .replace(/%2f/gi, '/')
    .replace(/(?:\.json|\.pom|\.tgz|\.tar\.gz|\.gem|\.whl|\/)$/, '')
    .replace(/-\d[\w.]{0,40}$/, '');
  return /^@?[A-Za-z][\w.@/-]{1,150}$/.test(name) ? name : null;
}
