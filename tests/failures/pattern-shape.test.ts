import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';
import { describe, expect, it } from 'vitest';

import { allRules } from '../../domain/failures/all-rules.ts';
import { blowUps } from './pattern-shape.ts';

const root = join(import.meta.dirname, '..', '..', 'domain', 'failures');

/** Every pattern that is written down between slashes in the folder. */
function writtenPatterns(): { file: string; pattern: RegExp }[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((file) => {
    const found: { file: string; pattern: RegExp }[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        found.push({ file, pattern: new RegExp(node.text.slice(1, end), node.text.slice(end + 1)) });
      }
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest));
    return found;
  });
}

describe('a pattern that can take exponential time', () => {
  it.each([/^(a+)+$/, /(?:a*b?)*c/, /(?:[\w.]+\.)*x/, /(?:a|b+){1,9}c/, /^(?:\w+\s?)*$/, /(?:(?:ab)?c+)+d/])(
    'is recognised: %s',
    (pattern) => {
      expect(blowUps(pattern)).not.toEqual([]);
    },
  );

  it.each([/(?:\w+\.)+x/, /^(?:-[a-z]{1,30}){1,6}$/, /(?:a|b){1,9}/, /(?:[\w.]{1,20}\.){0,3}x/, /\w+\s\w+/])(
    'is not what is parted by something else: %s',
    (pattern) => {
      expect(blowUps(pattern)).toEqual([]);
    },
  );

  it('is no rule', () => {
    expect(allRules.length).toBeGreaterThan(300);
    expect(allRules.filter(({ pattern }) => blowUps(pattern).length > 0).map(({ name }) => name)).toEqual([]);
  });

  it('stands nowhere else in the reading of outputs', () => {
    const patterns = writtenPatterns();
    expect(patterns.length).toBeGreaterThan(600);
    const bad = patterns.filter(({ pattern }) => blowUps(pattern).length > 0);
    expect(bad.map(({ file, pattern }) => `${file} ${pattern.source}`)).toEqual([]);
  });
});
