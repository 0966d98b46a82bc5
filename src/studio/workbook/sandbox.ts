/** Runs learners' code in a frame and a worker of their own: no network, no storage, and not for long. */
import type { RunInSandbox } from '../../workbook/check.js';
import type { Report } from '../../workbook/recorded.js';
import { BOOT } from './boot.js';

/** How long code may run. */
const SECONDS = 5;
/** How long a busy machine may take to start a worker for it. */
const START_SECONDS = 30;

let frame: Promise<HTMLIFrameElement> | undefined;

async function sha256Base64(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return btoa(String.fromCharCode(...digest));
}

async function openFrame(): Promise<HTMLIFrameElement> {
  const policy = `default-src 'none'; script-src 'sha256-${await sha256Base64(BOOT)}'; worker-src blob:`;
  const element = document.createElement('iframe');
  element.setAttribute('sandbox', 'allow-scripts');
  element.hidden = true;
  element.title = 'sandbox';
  element.srcdoc = `<meta http-equiv="Content-Security-Policy" content="${policy}"><script>${BOOT}</script>`;
  const loaded = new Promise((resolve) => element.addEventListener('load', resolve, { once: true }));
  document.body.append(element);
  await loaded;
  return element;
}

const problem = (code: string, params = {}, line?: number): Report => ({ problem: { code, params, line } });

export const runInFrame: RunInSandbox = async (program) => {
  frame ??= openFrame();
  const target = (await frame).contentWindow;
  const { port1, port2 } = new MessageChannel();
  const answer = await new Promise<string | undefined>((resolve) => {
    const endAfter = (seconds: number) => setTimeout(() => resolve(undefined), seconds * 1000);
    let timer = endAfter(START_SECONDS);
    let isRunning = false;
    port1.onmessage = ({ data }) => {
      // Empty is what every program says first; from code that says it again it is an answer.
      if (data === '' && !isRunning) {
        isRunning = true;
        clearTimeout(timer);
        timer = endAfter(SECONDS);
        return;
      }
      clearTimeout(timer);
      resolve(String(data));
    };
    target?.postMessage(`postMessage('');postMessage(${program})`, '*', [port2]);
  });
  port1.postMessage('end');
  if (answer === undefined) {
    // A worker without memory may have taken its frame along.
    const old = await frame;
    frame = undefined;
    old.remove();
    return problem('timeout', { seconds: SECONDS });
  }
  return reportOf(answer, program);
};

function reportOf(text: string, program: string): Report {
  try {
    const report = JSON.parse(text) as Report | { readonly failed: string; readonly line: number };
    if (!('failed' in report)) return report;
    const own = report.line - Number(/"first":(\d+)/.exec(program)?.[1] ?? 1) + 1;
    const message = report.failed.replace(/^Uncaught (\w*Error: )?/, '');
    if (/memory|allocation/i.test(message)) return problem('memory');
    return problem(/SyntaxError/.test(report.failed) ? 'syntax' : 'threw', { message }, own > 0 ? own : undefined);
  } catch {
    return problem('unreadable');
  }
}
