import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';

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

  add(part: LanguageModelV4StreamPart): void {
    switch (part.type) {
      case 'response-metadata':
        this.servedModel ??= part.modelId ?? null;
        return;
      case 'text-delta':
        this.#texts.push(part.delta);
        this.#pass({ kind: 'text', text: part.delta });
        return;
      case 'reasoning-delta':
        // Thought, not said: it is billed all the same.
        this.bytes += Buffer.byteLength(part.delta);
        return;
      case 'tool-input-start':
        this.#begin(part.id, part.toolName);
        return;
      case 'tool-input-delta':
        this.#extend(part.id, part.delta);
        return;
      case 'tool-call': {
        const known = this.#toolCalls.get(part.toolCallId) ?? this.#begin(part.toolCallId, part.toolName);
        if (known.input === '') this.#extend(known.id, part.input);
        return;
      }
      default:
    }
  }

  whole(): { text: string; toolCalls: ToolCall[] } {
    const toolCalls = [...this.#toolCalls.values()].map(({ id, name, input }) => ({ id, name, input }));
    return { text: this.#texts.join(''), toolCalls };
  }

  #begin(id: string, name: string): ToolCall {
    const call = { id, name, input: '', index: this.#toolCalls.size };
    this.#toolCalls.set(id, call);
    this.#pass({ kind: 'tool-call', index: call.index, id, name });
    return call;
  }

  #extend(id: string, text: string): void {
    const call = this.#toolCalls.get(id);
    if (call === undefined) return;
    call.input += text;
    this.#pass({ kind: 'tool-input', index: call.index, text });
  }

  #pass(piece: AnswerPiece): void {
    this.bytes += Buffer.byteLength(piece.kind === 'tool-call' ? piece.name : piece.text);
    this.#onPiece(piece);
  }
}
