/** A provider on a loopback port (its argument) that answers at once, whole or in pieces. A process of its own. */
import { createServer, type ServerResponse } from 'node:http';

const usage = { prompt_tokens: 500, completion_tokens: 40, total_tokens: 540 };
const head = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'gpt-5.6' };
const words = Array.from({ length: 20 }, (_, index) => `word${index} `);

const whole = JSON.stringify({
  ...head,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: words.join('') }, finish_reason: 'stop' }],
  usage,
});

const chunk = (delta: object, finishReason: string | null) =>
  `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`;
const pieces = [
  chunk({ role: 'assistant', content: '' }, null),
  ...words.map((content) => chunk({ content }, null)),
  `${chunk({}, 'stop')}data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [], usage })}\n\ndata: [DONE]\n\n`,
];

function answer(isStream: boolean, response: ServerResponse): void {
  if (!isStream) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(whole);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const piece of pieces) response.write(piece);
  response.end();
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (data: Buffer) => chunks.push(data));
  request.on('end', () => answer(Buffer.concat(chunks).includes('"stream":true'), response));
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2]), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
