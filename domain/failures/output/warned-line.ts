/** A time, as logs begin their lines with. */
const time = String.raw`(?:(?:[A-Z][a-z]{2} {1,2}\d{1,2} )?\[?\d[\d/:.,TZ+-]{4,40}\]?(?: [\d:.,Z+-]{4,20}\]?){0,2}:? {1,4})?`;
const warning = new RegExp(
  String.raw`^\s{0,4}${time}(?:\[\w{1,20}\] ?)?(?:\[WARN(?:ING)?\]|WARN(?:ING)?\b {0,3}\S|[Ww]arning:)|^[\w.-]{2,30}: [Ww]arning: |\blevel=warn(?:ing)?\b|^${time}\[warning\] `,
);
/** Levels that no program gives to what stopped it, behind the time or the name of a log. */
const remark = new RegExp(
  String.raw`^\s{0,4}${time}(?:- \S{1,12} )?(?:\[(?:info|INFO|debug|DEBUG|notice|trace|TRACE)\] \S|(?:INFO|DEBUG|TRACE)(?::|\s)\s{0,3}\S)|\blevel=(?:info|debug|trace)\b`,
);

/** Whether a line is marked as a warning: what it speaks of did not stop the step, as long as anything else did. */
export function isWarnedLine(line: string): boolean {
  return warning.test(line.slice(0, 200));
}

/** Whether a line of a log is marked as mere information. */
export function isRemark(line: string): boolean {
  return remark.test(line.slice(0, 200));
}
