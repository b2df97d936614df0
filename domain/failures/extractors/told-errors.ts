import { lookDown, lookUp, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { isProjectFile, readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** Errors that a program names by their class and that are words of its own: about a text it read, or about its settings. */
export const toldErrorRules = rulesOf(null, 'compile_error', [
  {
    name: 'told-error',
    cue: ['error: '],
    weight: 60,
    pattern: /^\s{0,4}(?!Assert)(?:[A-Z]\w{0,40})?Error: (?<message>.{1,500})$/,
    refine: decideTold,
  },
  {
    name: 'settings-refused',
    cue: ['error', 'exception', 'exist:', 'invalid', 'missing', 'notfound'],
    weight: 58,
    pattern:
      /^(?:Exception in thread "\w{1,20}" )?(?:\w{1,40}\.){0,6}[A-Z]\w{0,60}(?:Error|Exception|Exist|Exists|NotFound|Invalid\w{0,20}|Missing\w{0,20})(?: \[\w{1,60}\])?: (?<message>(?=.{0,300}\b(?:options?|settings?|config(?:uration)?|profiles?|rules?|plugins?|keys?|sections?|presets?|specifications?)\b).{1,500})$/,
    refine: (groups) => (refusing.test(groups['message'] ?? '') ? { groups } : null),
  },
]);

const refusing =
  /\b(?:invalid|unknown|unexpected|unsupported|unrecogni[sz]ed|not (?:valid|match|allowed|supported|recogni[sz]ed)|does not (?:match|exist)|no such|must be|expected|issues with)\b/i;

// A stack below or a traceback above makes it an exception of the program that ran.
function decideTold(groups: Groups, view: View): Reading | null {
  const isFrame = (line: string) => (/^\s{1,12}at |^\s{2,8}File "/.test(line) ? true : null);
  if (lookDown(view, 3, isFrame) === true || lookUp(view, 40, isTraced) === true) return null;
  const drawn = (line: string) => (/^\s{0,6}(?:-->|╭─\[|┌─)/.test(line) ? readPlace(line) : null);
  const place = readPlace(groups['message'] ?? '') ?? lookDown(view, 2, drawn);
  return place === null || !isProjectFile(place.file) ? null : { groups: withPlace(groups, place) };
}

function isTraced(line: string): boolean | null {
  return /^Traceback |^node:internal|^\s{0,8}throw /.test(line) ? true : null;
}
