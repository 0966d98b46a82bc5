/** `giverny workbook`: a folder whose npm test checks what is written there, and a sheet of results. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { solutions } from '../../src/workbook/exercises.js';
import { workbookText } from '../../src/workbook/file.js';
import { MAIN } from '../cli/bench.js';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'giverny-workbook-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const giverny = (...args: string[]) => spawnSync(process.execPath, [MAIN, 'workbook', ...args], { encoding: 'utf8' });

test('init writes skeletons; npm test fails there with a sentence, and passes when they are filled', () => {
  const folder = join(place(), 'mine');
  expect(giverny('init', folder, '--edition', 'later').status).toBe(0);
  expect(readdirSync(folder).sort()).toEqual([
    'computeContentCost.ts',
    'computeLayerStyleCost.ts',
    'gramMatrix.ts',
    'package.json',
    'totalCost.ts',
    'trainStep.ts',
    'workbook.d.ts',
    'workbook.test.js',
  ]);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(PACKAGE, join(folder, 'node_modules/giverny'), 'dir');
  // Without the variables by which this runner would make the other a part of itself.
  const env = { PATH: process.env.PATH };
  const run = () => spawnSync('npm', ['test'], { cwd: folder, encoding: 'utf8', env });
  const failed = run();
  expect(failed.status).not.toBe(0);
  expect(failed.stdout).toContain('gramMatrix: Nothing is returned yet.');
  const right = solutions('later');
  const names = { contentCost: 'computeContentCost', layerStyleCost: 'computeLayerStyleCost', loop: 'trainStep' };
  for (const [exercise, code] of Object.entries(right)) {
    writeFileSync(join(folder, `${(names as Record<string, string>)[exercise] ?? exercise}.ts`), `export ${code}`);
  }
  expect(run().status).toBe(0);

  const again = giverny('init', folder, '--edition', 'later');
  expect(again.status).toBe(2);
  expect(again.stderr).toMatch(/^Expected a folder without computeContentCost.ts but .* has one\.\n$/);
  expect(readFileSync(join(folder, 'totalCost.ts'), 'utf8')).toContain('tf.add');
});

test('grade prints a sheet of three files, and says why a fourth has no grade', () => {
  const folder = place();
  const write = (file: string, name: string, code: object) => {
    const path = join(folder, file);
    writeFileSync(path, workbookText({ name, edition: 'first', code: { ...solutions('first'), ...code } }));
    return path;
  };
  const exchanged =
    'function totalCost(JContent, JStyle, alpha = 10, beta = 40) {\n  return tf.add(tf.multiply(beta, JContent), tf.multiply(alpha, JStyle));\n}';
  const files = [
    write('ada.json', 'Ada', {}),
    write('min.json', '민준', { totalCost: exchanged }),
    write('ken.json', 'Ken\u001b[31m', { gramMatrix: 'function gramMatrix(A) {\n  return tf.matMul(A, A);\n}' }),
  ];
  const { status, stdout } = giverny('grade', ...files);
  expect(status).toBe(0);
  expect(stdout).toBe(`name      edition  content  gram  style  total  loop  right
Ada       first    +        +     +      +      +     5/5
민준      first    +        +     +      -      +     4/5
Ken?[31m  first    +        -     -      +      +     3/5

민준
  totalCost: 75.9102: alpha and beta are exchanged; alpha weighs the content, beta the style.

Ken?[31m
  gramMatrix, line 2: matMul cannot multiply [3, 2] by [3, 2]: transpose the second, as in A·Aᵀ.
  computeLayerStyleCost: This calls gramMatrix, which is not right yet: mend that first.
`);
  const bad = join(folder, 'bad.json');
  writeFileSync(bad, '{"giverny": "workbook", "version": 1, "edition": "third"}');
  const mixed = giverny('grade', '--json', '--lang', 'ko', bad, files[1] as string);
  expect(mixed.status).toBe(1);
  const [error, graded] = mixed.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(error.error.message).toMatch(/^Expected an edition, first or later, in .* but received "third"\.$/);
  expect(graded).toMatchObject({ name: '민준', passed: 4 });
  expect(graded.results[3].sentence).toContain('alpha와 beta가 바뀌었습니다');
});

test('what is asked for wrongly gets a sentence', () => {
  expect(giverny('init', place(), '--edition', 'third').stderr).toBe(
    'Expected first or later for --edition but received "third".\n',
  );
  expect(giverny('grade', 'missing.json').stdout).toContain('Expected a file at "missing.json" but it cannot be read.');
  expect(execFileSync(process.execPath, [MAIN, 'workbook', '--help'], { encoding: 'utf8' })).toContain('grade');
});
