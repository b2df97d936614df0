/** How tools write the name of something that can be installed, quoted or bare; the name is a group of the match. */
export const packageName = (group = 'package'): string =>
  String.raw`["'\x60‘“]?(?<${group}>@?[A-Za-z][\w@./+-]{0,100}?)["'\x60’”]?`;

/** The same where no typographic quotes are used. */
export const plainPackageName = (group = 'package'): string =>
  String.raw`["'\x60]?(?<${group}>@?[A-Za-z][\w@./+-]{0,100}?)["'\x60]?`;

/** The beginning of a version or of a range of them, such as `>= 1.2` or `"^3.0.0`. */
export const versionStart = String.raw`["'\x60(]{0,2}(?:(?:>=|<=|==|~>|~=|!=|[<>^~=]) ?)?v?\d[\w.*+-]{0,30}`;
