import { lookDown, lookUp, type Groups, type Reading, type View } from './line-rule.ts';
import { originOf, packageOf } from './local-or-package.ts';
import { isProjectFile, readPlace, type Place } from './places.ts';

/** Groups with the place put in, as the patterns would have given it. */
export function withPlace(groups: Groups, place: Place | null): Groups {
  if (place === null) return groups;
  const { file, line, column } = place;
  return {
    ...groups,
    file,
    ...(line === null ? {} : { line: String(line) }),
    ...(column === null ? {} : { column: String(column) }),
  };
}

/** Takes the place from the next lines. */
export function placeBelow(reach: number): (groups: Groups, view: View) => Reading {
  return (groups, view) => ({ groups: withPlace(groups, lookDown(view, reach, readPlace)) });
}

/** Takes the place from the lines before, nearest first. */
export function placeAbove(reach: number): (groups: Groups, view: View) => Reading {
  return (groups, view) => ({ groups: withPlace(groups, lookUp(view, reach, readPlace)) });
}

/** Takes the file from the line that began at its start above: linters print it once for all its entries. */
export function fileFromHeading(groups: Groups, view: View): Reading | null {
  const headingLine = view.lines[view.headingAt] ?? '';
  // A command that a shell repeats is none.
  const heading = /^(?:\[[^\]]{1,80}\]|\S{0,80})[$#%] \S/.test(headingLine) ? null : headingFile(headingLine);
  // `File: a.html`, and below it more of such pairs.
  const isPair = heading === null && /^[A-Z]\w{1,20}(?: \w{1,20})?: \S/.test(headingLine);
  const earlier = isPair ? lookUp(view, 5, (line) => (/^File: /i.test(line) ? headingFile(line) : null)) : heading;
  const file = earlier ?? lookUp(view, 60, (line) => placedHeading.exec(line)?.groups?.['file'] ?? null);
  return file === null ? null : { groups: { ...groups, file } };
}

/** A file alone on its line, or with the place of the first of its entries. */
const placedHeading = /^\s{0,4}(?:[✗✘✖×] )?(?<file>[^\s:]\S{0,300}?\.\w{1,8})(?::\d{1,7}){0,2}$/;

function headingFile(line: string): string | null {
  const heading = line.trim().replace(/^(?:File: |FILE: |\*{3,} (?:Module )?|==> )/, '');
  const file =
    /^(?<file>[^:]{1,300}?)(?::|(?::\d{1,7}){1,2}:?| \(\d.{0,40}\)| -- \d{1,6} \w{4,12}:)?$/.exec(heading)?.groups?.[
      'file'
    ] ?? '';
  return file === '' || !/[./\\]/.test(file) ? null : file;
}

/** A module that was not found: a package to install, or a file of the project to create or to name correctly. */
export function decideOrigin(groups: Groups, view: View): Reading {
  const specifier = groups['package'] ?? '';
  const place = groups['file'] === undefined ? importerNear(view) : null;
  const known = withPlace(groups, place);
  const importer = known['file'] ?? null;
  if (originOf(specifier, importer) === 'local') {
    return { groups: { ...known, package: undefined }, failureClass: 'compile_error', weight: 82 };
  }
  return { groups: { ...known, package: packageOf(specifier) } };
}

function importerNear(view: View): Place | null {
  const own = readPlace(view.lines[view.at] ?? '');
  if (own !== null && isProjectFile(own.file)) return own;
  const read = (line: string) => {
    const place = readPlace(line);
    return place !== null && isProjectFile(place.file) ? place : null;
  };
  return lookUp(view, 6, read) ?? lookDown(view, 6, read);
}

/** Python's dotted modules: `shop.orders` is the project's own when the importing file lies in `shop`. */
export function decideDottedOrigin(groups: Groups, view: View): Reading {
  const reading = decideOrigin(groups, view);
  const name = reading.groups['package'];
  return name === undefined ? reading : { ...reading, groups: { ...reading.groups, package: name.split('.')[0] } };
}
