/**
 * A sandbox for learners' code in Node: a thread of its own without an environment, and in it a context without
 * anything but the language. What comes out is text. It ends after a time, and where its memory is used up.
 */
import { Worker } from 'node:worker_threads';
import type { RunInSandbox } from '../../workbook/check.js';
import type { Report } from '../../workbook/recorded.js';

const MEGABYTES = 256;
/** How long a busy machine may take to start a thread. */
const START_SECONDS = 30;

/**
 * The context's global object has no prototype and the context makes no code from text, so that nothing in it leads
 * to Node's own objects.
 */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const vm = require('node:vm');
const context = vm.createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } });
let answer;
try {
  answer = vm.runInContext(workerData.program, context, { filename: 'learner.js', timeout: workerData.timeoutMs });
} catch (error) {
  let kind = 'threw';
  let message = '';
  let line;
  try {
    const stack = String(error.stack);
    kind = error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? 'timeout' : 'syntax';
    message = String(error.message).slice(0, 200);
    line = Number(/learner\\.js:(\\d+)/.exec(stack)?.[1]) || undefined;
  } catch {}
  answer = JSON.stringify({ failed: kind, message, line });
}
parentPort.postMessage(typeof answer === 'string' ? answer : '{}');
`;

/** @param seconds after which code is ended. */
export const sandboxInNode =
  (seconds = 5): RunInSandbox =>
  (program) =>
    new Promise((resolve) => {
      const worker = new Worker(THREAD, {
        eval: true,
        env: {},
        workerData: { program, timeoutMs: seconds * 1000 },
        resourceLimits: { maxOldGenerationSizeMb: MEGABYTES, maxYoungGenerationSizeMb: 32, stackSizeMb: 2 },
        stdout: true,
        stderr: true,
      });
      const end = (report: Report) => {
        clearTimeout(timer);
        worker.removeAllListeners();
        worker.on('error', () => {});
        void worker.terminate();
        resolve(report);
      };
      const problem = (code: string, params = {}, line?: number): Report => ({ problem: { code, params, line } });
      // The context's own limit comes first; this one ends what hangs beyond it.
      const timer = setTimeout(() => end(problem('timeout', { seconds })), (START_SECONDS + seconds) * 1000);
      worker.once('message', (text: string) => end(reportOf(text, program, seconds)));
      worker.once('error', (error: NodeJS.ErrnoException) => {
        const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        end(isMemory ? problem('memory') : problem('threw', { message: error.message.slice(0, 200) }));
      });
      worker.once('exit', () => end(problem('memory')));
    });

function reportOf(text: string, program: string, seconds: number): Report {
  const report = parsed(text) as Report | { failed: string; message: string; line?: number } | undefined;
  if (!report) return { problem: { code: 'unreadable', params: {} } };
  if (!('failed' in report)) return report;
  if (report.failed === 'timeout') return { problem: { code: 'timeout', params: { seconds } } };
  const own = report.line === undefined ? undefined : report.line - firstLineOf(program) + 1;
  return { problem: { code: 'syntax', params: { message: report.message }, line: own } };
}

/** The line of a program's text in which the learner's code begins. */
const firstLineOf = (program: string) => Number(/"first":(\d+)/.exec(program)?.[1] ?? 1);

/** An object from its JSON; undefined where it is none. */
function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
