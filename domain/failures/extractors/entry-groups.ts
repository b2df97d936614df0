export const gnu = String.raw`^\s{0,4}(?:\.\/)?(?=[^:]{0,300}[A-Za-z])(?<file>(?:[A-Za-z]:[\\/])?[^\s:][^:]{0,300}):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?`;
