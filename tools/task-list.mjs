/**
 * Shows work that takes seconds or minutes. On a terminal: a line per running task with a spinner, the elapsed seconds
 * and the latest detail, redrawn in place. Elsewhere (a pipe, a CI log): plain lines, and a sign of life now and then.
 */
import { readVariable } from './environment.mjs';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
const SIGN_OF_LIFE_MS = 15_000;

/** Of a plain line: what package managers say can be pages long. */
const PLAIN_LINE_LENGTH_MAX = 120;
const GREEN = '32';
const RED = '31';
const DIM = '2';

/**
 * @typedef {object} Task
 * @property {(text: string) => void} detail what is being done right now; only the latest is shown
 * @property {(note?: string) => void} done
 * @property {(reason: string) => void} fail
 */

/**
 * @typedef {object} TaskList
 * @property {(title: string) => Task} start
 * @property {<Result>(title: string, work: (task: Task) => Promise<Result>) => Promise<Result>} run starts a task, marks it
 *   done with the text that `work` gave to `detail` last, and failed when `work` throws
 * @property {(text: string) => void} print a line that stays
 * @property {() => void} close stops drawing; call it before anything else writes to the terminal
 */

/**
 * @param {{ stream?: NodeJS.WriteStream, signOfLifeMs?: number }} [options]
 * @returns {TaskList}
 */
export function createTaskList({ stream = process.stdout, signOfLifeMs = SIGN_OF_LIFE_MS } = {}) {
  const isTerminal = stream.isTTY && readVariable('TERM') !== 'dumb';
  const hasColour = isTerminal && readVariable('NO_COLOR') === undefined;
  const screen = isTerminal ? createScreen(stream, hasColour) : createPlainLines(stream, signOfLifeMs);

  /** @param {string} title */
  function start(title) {
    /** @type {RunningTask} */
    const task = { title, detail: '', startedAtMs: Date.now() };
    screen.add(task);
    /**
     * @param {boolean} isOk
     * @param {string} note
     */
    function end(isOk, note) {
      screen.remove(task, `${mark(isOk, hasColour)} ${title}${note === '' ? '' : `: ${note}`} (${elapsed(task)})`);
    }
    return {
      /** @param {string} text */
      detail(text) {
        task.detail = text.replace(/\s+/g, ' ').trim();
      },
      done(note = '') {
        end(true, note);
      },
      /** @param {string} reason */
      fail(reason) {
        end(false, reason);
      },
    };
  }

  return {
    start,
    async run(title, work) {
      const task = start(title);
      let latest = '';
      try {
        const result = await work({
          ...task,
          detail(text) {
            latest = text;
            task.detail(text);
          },
        });
        task.done(latest);
        return result;
      } catch (error) {
        task.fail('failed');
        throw error;
      }
    },
    print(text) {
      screen.print(text);
    },
    close() {
      screen.close();
    },
  };
}

/** @typedef {{ title: string, detail: string, startedAtMs: number }} RunningTask */

/** @typedef {{ add(task: RunningTask): void, remove(task: RunningTask, line: string): void, print(text: string): void, close(): void }} Screen */

/**
 * @param {NodeJS.WriteStream} stream
 * @param {boolean} hasColour
 * @returns {Screen}
 */
function createScreen(stream, hasColour) {
  /** @type {RunningTask[]} */
  const running = [];
  let drawnLines = 0;
  let frame = 0;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  /** @param {string} above printed for good, over the running tasks */
  function draw(above = '') {
    const up = drawnLines > 0 ? `\x1b[${String(drawnLines)}A\r\x1b[J` : '';
    const lines = running.map((task) => {
      const head = `${FRAMES[frame % FRAMES.length] ?? ''} ${task.title} (${elapsed(task)})`;
      // A line that wraps would break the count of lines to go up.
      const room = Math.max(0, stream.columns - head.length - 3);
      return `${head}  ${colour(task.detail.slice(0, room), DIM, hasColour)}\n`;
    });
    stream.write(up + above + lines.join(''));
    drawnLines = lines.length;
    frame += 1;
  }
  function tick() {
    draw();
  }
  return {
    add(task) {
      running.push(task);
      timer ??= setInterval(tick, FRAME_MS);
      draw();
    },
    remove(task, line) {
      const index = running.indexOf(task);
      if (index >= 0) running.splice(index, 1);
      draw(`${line}\n`);
      if (running.length === 0) this.close();
    },
    print(text) {
      draw(`${text}\n`);
    },
    close() {
      clearInterval(timer);
      timer = undefined;
      drawnLines = 0;
    },
  };
}

/**
 * @param {NodeJS.WriteStream} stream
 * @param {number} signOfLifeMs
 * @returns {Screen}
 */
function createPlainLines(stream, signOfLifeMs) {
  /** @type {Map<RunningTask, NodeJS.Timeout>} */
  const timers = new Map();
  /** @param {string} text */
  function print(text) {
    stream.write(`${text}\n`);
  }
  return {
    add(task) {
      print(`- ${task.title} ...`);
      const timer = setInterval(() => {
        print(
          shorten(`- ${task.title}: still working, ${elapsed(task)}${task.detail === '' ? '' : `, ${task.detail}`}`),
        );
      }, signOfLifeMs);
      timers.set(task, timer);
    },
    remove(task, line) {
      clearInterval(timers.get(task));
      timers.delete(task);
      print(line);
    },
    print,
    close() {
      for (const timer of timers.values()) clearInterval(timer);
      timers.clear();
    },
  };
}

/** @param {string} line */
function shorten(line) {
  return line.length <= PLAIN_LINE_LENGTH_MAX ? line : `${line.slice(0, PLAIN_LINE_LENGTH_MAX - 1)}…`;
}

/** @param {RunningTask} task */
function elapsed({ startedAtMs }) {
  const seconds = (Date.now() - startedAtMs) / 1000;
  return `${seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0)} s`;
}

/**
 * @param {boolean} isOk
 * @param {boolean} hasColour
 */
function mark(isOk, hasColour) {
  return isOk ? colour('✔', GREEN, hasColour) : colour('✖', RED, hasColour);
}

/**
 * @param {string} text
 * @param {string} code
 * @param {boolean} hasColour
 */
function colour(text, code, hasColour) {
  return hasColour && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text;
}
