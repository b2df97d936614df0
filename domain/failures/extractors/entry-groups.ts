export const gnu = String.raw`^(?:\.\/)?(?<file>(?:[A-Za-z]:[\\/])?[^\s:][^:]{0,300}):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?`;
