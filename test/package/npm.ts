/** npm as somebody else runs it: in a folder of its own, without what this project's npm hands on. */
import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** npm passes its settings on to what it starts, those of this project's .npmrc among them. */
const INHERITED =
  /^(npm_(package|lifecycle|command)|npm_config_(onnxruntime|ignore_scripts|dry_run|loglevel|local_prefix)|ONNXRUNTIME|INIT_CWD|NODE_ENV|VITEST)/i;
const OWN = Object.fromEntries(Object.entries(process.env).filter(([name]) => !INHERITED.test(name)));

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in a folder to its end, whatever its exit code. */
export async function run(
  folder: string,
  [program, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  try {
    const { stdout, stderr } = await execute(program, args, {
      cwd: folder,
      env: { ...OWN, ...env },
      shell: process.platform === 'win32' && program.startsWith('np'),
      maxBuffer: 2 ** 26,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number | string; stdout: string; stderr: string };
    if (typeof code !== 'number') throw error;
    return { code, stdout, stderr };
  }
}

/** As run, but fails where the program does. */
export async function succeed(
  folder: string,
  command: readonly [string, ...string[]],
  env?: NodeJS.ProcessEnv,
): Promise<string> {
  const { code, stdout, stderr } = await run(folder, command, env);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

/** Installs packages quickly: what npm has in its cache isn't asked for again. */
export const install = (folder: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> =>
  succeed(folder, ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', ...args], env);

/** Whether npm can reach its registry. */
export const registryAnswers = async (): Promise<boolean> =>
  (await run('.', ['npm', 'ping', '--fetch-retries=0', '--fetch-timeout=10000'])).code === 0;
