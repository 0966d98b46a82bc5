/** Finds a Python for tests and benchmarks that compare with other implementations. */
import { spawnSync } from 'node:child_process';

const CANDIDATES = [process.env.GIVERNY_PYTHON, '/usr/bin/python3', 'python3'];
const found = new Map<string, string | undefined>();

/** The first Python that can import all these modules, undefined where there is none. Asked once per list. */
export function pythonWith(modules: readonly string[]): string | undefined {
  const program = `import ${modules.join(', ')}`;
  if (!found.has(program)) {
    found.set(
      program,
      CANDIDATES.filter((python) => python !== undefined).find(
        (python) => spawnSync(python, ['-c', program], { stdio: 'ignore' }).status === 0,
      ),
    );
  }
  return found.get(program);
}

/** A Python with PyTorch; GIVERNY_PYTHON names one where it is in neither usual place. */
export const torchPython = pythonWith(['torch', 'numpy']);
