/** The command line, on the Node of the dependencies. `ratchet.mjs` starts it on any Node. */
import { createContext } from './context.ts';
import { runProgram } from './program.ts';

// `ratchet order list | head` closes the pipe early; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runProgram(createContext(), process.argv.slice(2), (text) => void process.stderr.write(text));
