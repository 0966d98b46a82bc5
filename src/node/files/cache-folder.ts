/** Where Giverny keeps what it can get or measure again. */
import { homedir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { expected } from '../../core/errors.js';

/**
 * GIVERNY_CACHE if set, else where the platform keeps caches.
 *
 * @throws GivernyError OPTION_INVALID where GIVERNY_CACHE is no absolute path: the cache would be another one wherever
 *   the program is started.
 */
export function cacheFolder(): string {
  const { GIVERNY_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (GIVERNY_CACHE !== undefined) {
    if (path.isAbsolute(GIVERNY_CACHE)) return GIVERNY_CACHE;
    throw expected("a folder's absolute path, or none,", 'the environment variable GIVERNY_CACHE', GIVERNY_CACHE);
  }
  if (process.platform === 'win32') {
    return path.join(LOCALAPPDATA || path.join(homedir(), 'AppData', 'Local'), 'giverny', 'Cache');
  }
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Caches', 'giverny');
  // The XDG specification says to ignore relative paths.
  const caches = XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : path.join(homedir(), '.cache');
  return path.join(caches, 'giverny');
}
