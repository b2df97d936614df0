/** What others wrote, for a prompt: a text that holds our own marks could end the data and go on as an instruction. */
export function asData(text: string): string {
  return text.replaceAll(/<(?=\/?(?:order|file)\b)/gi, '<\u200b');
}

/** A file between its marks. */
export function fileAsData({ path, text }: { path: string; text: string }): string {
  return `<file path="${asAttribute(path)}">\n${asData(text)}\n</file>`;
}

function asAttribute(text: string): string {
  return asData(text).replaceAll('"', '&quot;').replaceAll('>', '&gt;');
}
