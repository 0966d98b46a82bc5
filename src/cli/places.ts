/** Files as people name them on the command line. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GivernyError, show } from '../core/errors.js';

/**
 * The path that an argument stands for: file:// addresses become paths, and so does ~/ where the shell left it.
 *
 * @throws GivernyError OPTION_INVALID for any other address, such as https://.
 */
export function fileArgument(text: string): string {
  if (existsSync(text)) return text;
  if (/^~[/\\]/.test(text)) return join(homedir(), text.slice(2));
  const scheme = /^([a-z][a-z\d+.-]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return text;
  if (scheme !== 'file') {
    throw new GivernyError(
      'OPTION_INVALID',
      `Expected a file but received the address ${show(text)}: download it first, or pipe it in (curl -L <address> | giverny - painting.jpg).`,
    );
  }
  try {
    return fileURLToPath(text);
  } catch (cause) {
    throw new GivernyError('OPTION_INVALID', `Expected the address of a local file but received ${show(text)}.`, {
      cause,
    });
  }
}

/**
 * The path of a painting, as fileArgument.
 *
 * @throws GivernyError OPTION_INVALID for several paintings with commas between them, as other programs take them.
 */
export function paintingArgument(text: string): string {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length > 1 && !existsSync(text) && parts.every((part) => /\.\w+(@[\w#]+)?(=[\d.]+)?$/.test(part))) {
    throw new GivernyError(
      'OPTION_INVALID',
      `Expected one painting but received ${show(text)}; several are ${parts.map((part) => `--style ${part}`).join(' ')}.`,
    );
  }
  return fileArgument(text);
}

/**
 * The file descriptor of a picture that comes through a pipe: 0 for `-` and /dev/stdin, n for /dev/fd/n, which is what
 * a shell writes for <(command). Undefined for other paths.
 */
export function inputDescriptor(path: string): number | undefined {
  if (path === '-' || path === '/dev/stdin') return 0;
  const [, descriptor] = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path) ?? [];
  return descriptor === undefined ? undefined : Number(descriptor);
}

export function isStandardOutput(path: string): boolean {
  return path === '-' || /^\/dev\/stdout$|^\/(dev|proc\/self)\/fd\/1$/.test(path);
}
