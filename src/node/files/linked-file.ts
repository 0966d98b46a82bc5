import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** The file that a path stands for: links are followed, also one whose file does not exist yet. Never throws. */
export function linkedFile(path: string, linksLeft = 40): string {
  try {
    if (linksLeft === 0 || !lstatSync(path).isSymbolicLink()) return path;
    const file = statSync(path, { throwIfNoEntry: false });
    // Links to pipes (/dev/stdout) have no path behind them.
    if (file) return file.isFile() ? realpathSync(path) : path;
    return linkedFile(resolve(realpathSync(dirname(path)), readlinkSync(path)), linksLeft - 1);
  } catch {
    return path;
  }
}
