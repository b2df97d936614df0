/** Statements that end a transaction or refuse to run in one, at the start of a statement. */
const leavesTransaction =
  /^(?:begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction|vacuum|alter\s+system|(?:create|drop)\s+(?:database|tablespace)|(?:create|drop)\s+(?:unique\s+)?index\s+concurrently|reindex\b.*\bconcurrently)\b/i;

/** Strings, quoted names, comments and bodies of functions: what stands in them is no statement of the script. */
const quoted = /\$(\w*)\$[^]*?\$\1\$|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[^]*?\*\//g;

/**
 * Whether PostgreSQL runs the script as a whole or not at all. It does, for a script that is sent in one message, unless
 * the script itself steers transactions or holds a statement that can't be in one.
 */
export function isAllOrNothing(script: string): boolean {
  const statements = script.replace(quoted, ' ').split(';');
  return !statements.some((statement) => leavesTransaction.test(statement.trim()));
}
