/** Texts of others inside our Markdown, which a forge or Temporal's UI renders. */

function shortened(text: string, lengthMax: number): string {
  return text.length > lengthMax ? `${text.slice(0, lengthMax - 1)}…` : text;
}

/**
 * Text as one line that reads the same in Markdown and does nothing there: it opens no HTML or code block, loads no
 * image, makes no heading, tick or link, mentions nobody, and neither refers to an issue nor closes one ("fixes #1").
 */
export function asPlainMarkdown(text: string, lengthMax: number): string {
  const flat = text.replaceAll(/[<>]/g, '').replaceAll(/\s+/g, ' ').trim();
  return shortened(flat, lengthMax)
    .replaceAll('&', '&amp;')
    .replaceAll(/[\\`*_[\]|~]/g, String.raw`\$&`)
    .replaceAll(/[@#]|(?<![a-z0-9])(?:gh(?=-\d)|www(?=\.))|:(?=\/\/)/gi, '$&\u200b')
    .replace(/^(?:[-+=]|\d+(?=[.)]))/, '$&\u200b');
}

/** The same for what is shown as code, such as a path or a command. */
export function asMarkdownCode(text: string, lengthMax: number): string {
  return `\`${shortened(text.replaceAll('`', "'").replaceAll(/\s+/g, ' ').trim(), lengthMax)}\``;
}
