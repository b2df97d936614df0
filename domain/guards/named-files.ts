/** What a work order says about which files it means. */
export interface NamedFiles {
  /** Named in the title, the description or a criterion, by full path or base name. */
  isMentioned: (path: string) => boolean;
  /** In scope by its exact path; a folder in scope names none of its files. */
  isExactlyInScope: (path: string) => boolean;
}

export interface NamingOrder {
  title: string;
  description: string;
  acceptanceCriteria: readonly { text: string; command?: string | undefined }[];
  filesInScope: readonly string[];
}

/** Reads once what an order names. A path in its text names that file alone, not others with the same base name. */
export function readNamedFiles(order: NamingOrder): NamedFiles {
  const criteria = order.acceptanceCriteria.flatMap(({ text, command }) => [text, command ?? '']);
  const words = [order.title, order.description, ...criteria].join('\n').replaceAll(/(?<![\w./-])\.\//g, '');
  const scope = new Set(order.filesInScope);
  return {
    isMentioned: (path) => stands(words, path) || stands(words, path.slice(path.lastIndexOf('/') + 1)),
    isExactlyInScope: (path) => scope.has(path),
  };
}

/** Whether a name stands in a text as a whole and not as a part of a longer one; a dot may end the sentence. */
function stands(text: string, name: string): boolean {
  if (name === '') return false;
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    const isFree = !/[\w./@~-]/.test(text[at - 1] ?? ' ');
    if (isFree && !/^(?:[\w/~-]|\.[\w/])/.test(text.slice(at + name.length, at + name.length + 2))) return true;
  }
  return false;
}
