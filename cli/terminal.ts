import { readVariable } from '../tools/environment.mjs';

/** Where a command writes. */
export interface Output {
  /** Writes a line of the result. */
  line(text?: string): void;
  /** Writes a document of others: as it is into a file or a pipe, without what a terminal would obey on one. */
  document(text: string): void;
  /** Writes one JSON document. */
  json(value: unknown): void;
  /** Replaces the small last line; where a line cannot be replaced, nothing is written. */
  live(text: string): void;
  /** Removes the small last line. */
  clearLive(): void;
  /** Whether `live` writes anything. */
  hasLiveLine: boolean;
  paint: Paint;
}

type Colour = 'green' | 'red' | 'yellow' | 'dim' | 'bold';

export type Paint = (colour: Colour, text: string) => string;

const codes: Record<Colour, [number, number]> = {
  green: [32, 39],
  red: [31, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
};

const clearLine = '\r\u001b[2K';

interface Stream {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  write(text: string): unknown;
}

/** Which escape sequences a terminal is sent; what is left out is read from TERM and NO_COLOR. */
interface Look {
  isDumb?: boolean;
  hasColour?: boolean | undefined;
}

/**
 * Output on a stream: plain lines, and on a terminal colours (unless NO_COLOR is set) and a live last line. A terminal that
 * says it is dumb would show the sequences of both as signs, so it gets neither.
 */
export function createOutput(stream: Stream, look: Look = {}): Output {
  const { isDumb = readVariable('TERM') === 'dumb', hasColour = readVariable('NO_COLOR') === undefined } = look;
  const isTerminal = stream.isTTY === true;
  const hasLiveLine = isTerminal && !isDumb;
  let isLive = false;

  function clearLive(): void {
    if (isLive) stream.write(clearLine);
    isLive = false;
  }

  function line(text = ''): void {
    clearLive();
    stream.write(`${text}\n`);
  }

  return {
    hasLiveLine,
    line,
    clearLive,
    document: (text) => line(isTerminal ? plain(text) : text),
    // JSON escapes the other control characters by itself.
    json: (value) =>
      line(JSON.stringify(value, null, isTerminal ? 2 : undefined).replaceAll(/[\u007f-\u009f]/g, escape)),
    live(text) {
      if (!hasLiveLine) return;
      stream.write(`${clearLine}${text.slice(0, (stream.columns ?? 80) - 1)}`);
      isLive = true;
    },
    paint(colour, text) {
      const [on, off] = codes[colour];
      return hasLiveLine && hasColour ? `\u001b[${on}m${text}\u001b[${off}m` : text;
    },
  };
}

/** Text of others (model output, tool output, titles) without what a terminal would obey. */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is removed
  return text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
