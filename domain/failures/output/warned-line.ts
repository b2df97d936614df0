/** A time, as logs begin their lines with. */
const time = String.raw`(?:\[?\d[\d/:.,TZ+-]{4,40}\]?(?: [\d:.,Z+-]{4,20}\]?){0,2}:? {1,4})?`;
const warning = new RegExp(
  String.raw`^\s{0,4}${time}(?:\[\w{1,20}\] ?)?(?:\[WARN(?:ING)?\]|WARN(?:ING)?\b {0,3}\S|[Ww]arning:)|^[\w.-]{2,30}: [Ww]arning: |\blevel=warn(?:ing)?\b`,
);

/** Whether a line is marked as a warning: what it speaks of did not stop the step, as long as anything else did. */
export function isWarnedLine(line: string): boolean {
  return warning.test(line.slice(0, 200));
}
