// Makes a clone ready to run.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

/**
 * Installs dependencies and compiles, and builds the web page for the studio, each only where something changed. Ends
 * the process where a part fails. Quiet, it speaks only of what takes long or fails. `clean` builds everything anew,
 * so that nothing of an older layout is left in dist.
 */
export function setUp({ quiet = false, studio = false, clean = false } = {}) {
  const run = (what, command, args) => {
    if (!quiet) console.log(`${what} ...`);
    const { status, stdout, stderr } = spawnSync(command, args, {
      stdio: quiet ? 'pipe' : 'inherit',
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    if (status !== 0) {
      if (quiet) process.stderr.write(`${stdout}${stderr}`);
      console.error(`${what} failed.`);
      process.exit(1);
    }
  };
  // npm writes this file last, so it is older than the lock file whenever the install is out of date.
  const installed = 'node_modules/.package-lock.json';
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync('package-lock.json').mtimeMs) {
    if (quiet) console.error('First run: installing dependencies (about a minute) ...');
    // Inside `npm pack --dry-run`, npm would hand its --dry-run on to this npm.
    run('Installing dependencies', 'npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--dry-run=false']);
  }
  if (clean) rmSync('dist', { recursive: true, force: true });
  run('Compiling', process.execPath, ['node_modules/typescript/bin/tsc', '-b']);

  const page = 'dist/studio/index.html';
  const sources = [
    'src/studio',
    'src/core',
    'src/workbook',
    'src/engines',
    'src/browser',
    'examples/styles',
    'examples/photos',
    'models',
  ];
  const newest = () =>
    Math.max(
      ...sources.flatMap((folder) =>
        readdirSync(folder, { recursive: true }).map((name) => statSync(join(folder, name)).mtimeMs),
      ),
      statSync(installed).mtimeMs,
    );
  if (studio && (!existsSync(page) || statSync(page).mtimeMs < newest())) {
    if (quiet) console.error('Building the page (some seconds) ...');
    run('Building the studio', process.execPath, [
      'node_modules/vite/bin/vite.js',
      'build',
      'src/studio',
      '--logLevel',
      'error',
    ]);
  }
}
