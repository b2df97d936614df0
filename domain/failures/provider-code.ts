/** How clients print a field of a provider's answer: as JSON, as an object of Node or Python, of Java, of Rust. */
const fieldOf = (name: string, value: string): RegExp =>
  new RegExp(String.raw`["']?\b${name}["']?\s{0,2}:\s{0,2}(?:Some\()?(?:String\()?["'](?<value>${value})["']`, 'g');
/** The same without quotes, as Java prints a map, and as words in parentheses: `type: x, code: y)`. */
const bareFieldOf = (name: string): RegExp =>
  new RegExp(String.raw`[{,(]\s?${name}(?:=|: )(?<value>[a-z]{2,30}(?:_[a-z]{2,30}){1,6})(?=[,)}])`, 'g');

/** As the clients of one cloud begin all that they say of an answer. */
const told = /\bAn error occurred \((?<value>[A-Z]\w{3,60})\) when calling\b/g;
const code = fieldOf('code', String.raw`(?![45]\d\d["'])\w[\w.-]{2,60}`);
const bareCode = bareFieldOf('code');
/** As Ruby prints a map. */
const rubyCode = /:code=>"(?<value>[a-z]\w{2,60})"/g;
const reason = fieldOf('reason', '[A-Z]{2,20}(?:_[A-Z]{2,20}){1,6}');
const status = fieldOf('status', '[A-Z_]{4,40}');
const type = fieldOf('(?:type|__type)', String.raw`[A-Za-z]\w{2,60}`);
const bareType = bareFieldOf('type');
const isTelling = (value: string): boolean => value !== 'error' && /_|error|limit|quota/i.test(value);

/**
 * The code in the body that a provider of models answered with, or failing that its status or type; null without one.
 *
 * @param at number of the line that tells of the answer; the body stands around it
 */
export function providerCode(lines: readonly string[], at: number): string | null {
  const text = lines
    .slice(Math.max(0, at - 6), at + 90)
    .join('\n')
    .slice(0, 12_000);
  const valuesOf = (form: RegExp): string[] => [...text.matchAll(form)].flatMap((match) => match[1] ?? []);
  const [first = ''] = [...valuesOf(code), ...valuesOf(bareCode), ...valuesOf(rubyCode), ...valuesOf(told)];
  const isSystems = /^(?:ERR_|E[A-Z]{4})/.test(first);
  if (first !== '' && !isSystems) return first;
  const [kind] = [
    ...valuesOf(status),
    ...valuesOf(type).filter(isTelling),
    ...valuesOf(bareType).filter(isTelling),
    ...valuesOf(reason),
  ];
  return kind ?? null;
}
