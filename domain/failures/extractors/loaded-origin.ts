import { type Groups, type View, lookDown, lookUp } from '../line-rule.ts';
import { originOf } from '../local-or-package.ts';
import { isProjectFile, readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

export function decideLoaded(groups: Groups, view: View, local: RegExp) {
  const read = (line: string) => {
    const place = readPlace(line);
    return place !== null && isProjectFile(place.file) ? place : null;
  };
  const own = read(view.lines[view.at] ?? '') ?? lookDown(view, 12, read) ?? lookUp(view, 6, read);
  const placed = withPlace(groups, own);
  const name = groups['package'] ?? '';
  if (local.test(name) || originOf(name.replaceAll('::', '.'), own?.file ?? null) === 'local') {
    return { groups: { ...placed, package: undefined }, failureClass: 'compile_error' as const, weight: 82 };
  }
  return { groups: { ...placed, package: name.split('/')[0] } };
}
