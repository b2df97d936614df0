import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

import type { WireBehaviour } from './behaviour.ts';
import type { Dialect, WireAnswer } from './dialect.ts';

/** One request, and all that is needed to answer it or not. */
export interface Scene<Behaviour = WireBehaviour> {
  behaviour: Behaviour;
  dialect: Dialect;
  answer: WireAnswer;
  isStream: boolean;
  response: ServerResponse;
}

type Actor<Does> = (scene: Scene<Extract<WireBehaviour, { does: Does }>>) => Promise<void> | void;

const hugeBytes = 21 * 1024 * 1024;

/** What each behaviour puts on the wire. */
const actors: { [Does in WireBehaviour['does']]: Actor<Does> } = {
  async answer(scene) {
    const { behaviour, dialect, answer, response } = scene;
    if (behaviour.delayMs !== undefined) await wait(behaviour.delayMs);
    begin(scene);
    if (!scene.isStream) {
      response.end(dialect.whole(answer));
      return;
    }
    response.write(dialect.begin(answer));
    for (const piece of piecesOf(answer)) {
      response.write(dialect.piece(answer, piece));
      if (behaviour.pauseMs !== undefined) await wait(behaviour.pauseMs);
    }
    response.end(dialect.end(answer));
  },
  refuse({ behaviour, dialect, response }) {
    const { status, headers, error = { kind: 'some_error', message: 'No.' } } = behaviour;
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(dialect.error(error));
  },
  reset: ({ response }) => void response.socket?.resetAndDestroy(),
  hang(scene) {
    if (scene.behaviour.after === 'request') return;
    begin(scene).flushHeaders();
    if (scene.behaviour.after === 'piece') scene.response.write(firstPart(scene));
  },
  async drip(scene) {
    const { behaviour, dialect, answer, isStream, response } = scene;
    begin(scene).write(firstPart(scene));
    while (!response.destroyed) {
      response.write(isStream ? dialect.piece(answer, ' drip') : ' ');
      await wait(behaviour.everyMs);
    }
  },
  async 'cut-off'(scene) {
    begin(scene).write(half(scene));
    // What was written arrives before the cut does.
    await wait(50);
    scene.response.socket?.resetAndDestroy();
  },
  'end-early': (scene) => void begin(scene).end(half(scene)),
  malformed: (scene) => void begin(scene).end(scene.isStream ? scene.dialect.malformedLine : '{"this is": no JSON'),
  'wrong-schema': (scene) => void begin(scene).end(scene.dialect.wrongSchema(scene.isStream)),
  nothing: (scene) => void begin(scene).end(),
  async huge(scene) {
    const { dialect, answer, isStream, response } = scene;
    begin(scene).write(firstPart(scene));
    const mebibyte = 1024 * 1024;
    const text = isStream ? dialect.piece(answer, 'x'.repeat(mebibyte)) : ' '.repeat(mebibyte);
    for (let bytes = 0; bytes < hugeBytes && !response.destroyed; bytes += mebibyte) {
      if (!response.write(text)) await roomIn(response);
    }
    response.end();
  },
  'stream-error'(scene) {
    const { behaviour, dialect, response } = scene;
    begin(scene);
    if (behaviour.after === 'piece') response.write(firstPart(scene));
    response.end(dialect.streamError(behaviour.error));
  },
};

/** Does what the behaviour says. */
export async function act(scene: Scene): Promise<void> {
  const actor = actors[scene.behaviour.does] as (scene: Scene) => Promise<void> | void;
  await actor(scene);
}

function begin({ isStream, dialect, response }: Scene): ServerResponse {
  return response.writeHead(200, { 'content-type': isStream ? dialect.streamType : 'application/json' });
}

/** Its beginning and its first piece; of a whole answer white space, which may stand before JSON. */
function firstPart({ isStream, dialect, answer }: Scene): string {
  return isStream ? dialect.begin(answer) + dialect.piece(answer, answer.text.slice(0, 3)) : ' ';
}

function half(scene: Scene): string {
  const whole = scene.dialect.whole(scene.answer);
  return scene.isStream ? firstPart(scene) : whole.slice(0, whole.length / 2);
}

function piecesOf({ text, toolCall }: WireAnswer): string[] {
  // A tool call is one piece, whatever it is called.
  if (toolCall !== undefined) return [''];
  const middle = Math.ceil(text.length / 2);
  return text === '' ? [] : [text.slice(0, middle), text.slice(middle)];
}

async function roomIn(response: ServerResponse): Promise<void> {
  const isOver = new AbortController();
  const first = ['drain', 'close'].map((event) => once(response, event, { signal: isOver.signal }));
  await Promise.race(first);
  // The other listener would stay: one for each mebibyte.
  isOver.abort();
}
