// Makes a clone ready to run: installs dependencies and compiles, each only when something changed.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const quiet = process.argv.includes('--quiet');

function run(what, command, args) {
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
}

// npm writes this file last, so it is older than the lock file whenever the install is out of date.
const installed = 'node_modules/.package-lock.json';
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync('package-lock.json').mtimeMs) {
  if (quiet) console.error('First run: installing dependencies (about a minute) ...');
  run('Installing dependencies', 'npm', ['ci', '--no-audit', '--no-fund']);
}
run('Compiling', process.execPath, ['node_modules/typescript/bin/tsc', '-b']);
