import type { AnswerPiece, ToolCall } from './provider.ts';

/** Puts an answer together from its pieces, and passes each on as it comes. */
export class StreamedAnswer {
  /** The name that the provider gave the model; null until it says one. */
  servedModel: string | null = null;
  /** UTF-8, of all that came so far. */
  bytes = 0;

  readonly #onPiece: (piece: AnswerPiece) => void;
  readonly #texts: string[] = [];
  readonly #toolCalls = new Map<string, ToolCall & { index: number }>();

  constructor(onPiece: (piece: AnswerPiece) => void) {
    this.#onPiece = onPiece;
  }

  addText(text: string): void {
    this.#texts.push(text);
    this.#pass({ kind: 'text', text });
  }

  /** What was thought and not said: it is billed all the same. */
  addThought(text: string): void {
    this.bytes += Buffer.byteLength(text);
  }

  beginToolCall(id: string, name: string): void {
    const call = { id, name, input: '', index: this.#toolCalls.size };
    this.#toolCalls.set(id, call);
    this.#pass({ kind: 'tool-call', index: call.index, id, name });
  }

  /** @returns what came of its input so far; undefined for one that has not begun */
  inputOf(id: string): string | undefined {
    return this.#toolCalls.get(id)?.input;
  }

  extendToolCall(id: string, text: string): void {
    const call = this.#toolCalls.get(id);
    if (call === undefined || text === '') return;
    call.input += text;
    this.#pass({ kind: 'tool-input', index: call.index, text });
  }

  whole(): { text: string; toolCalls: ToolCall[] } {
    const toolCalls = [...this.#toolCalls.values()].map(({ id, name, input }) => ({ id, name, input }));
    return { text: this.#texts.join(''), toolCalls };
  }

  #pass(piece: AnswerPiece): void {
    this.bytes += Buffer.byteLength(piece.kind === 'tool-call' ? piece.name : piece.text);
    this.#onPiece(piece);
  }
}
