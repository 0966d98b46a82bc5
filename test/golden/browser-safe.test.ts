/** What `giverny/notebook` brings to a browser imports nothing of Node, and computes on the engine that it is given. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tensor } from '../../src/core/graph/tensor.js';
import { createNodeEngine } from '../../src/engines/node.js';
import * as notebook from '../../src/notebook/notebook.js';

/** All modules that a file of dist reaches by static imports. */
function reached(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const [, from] of readFileSync(path, 'utf8').matchAll(/(?:from|import) '([^']+)'/g)) {
    if (from?.startsWith('.')) reached(join(dirname(path), from), found);
    else found.add(from as string);
  }
  return found;
}

test('it reaches neither Node nor a runtime', () => {
  const entry = fileURLToPath(new URL('../../dist/notebook/notebook.js', import.meta.url));
  expect(existsSync(entry)).toBe(true);
  const all = [...reached(entry)];
  expect(all.length).toBeGreaterThan(20);
  expect(all.filter((name) => /^node:|^sharp|^onnxruntime|\/node\//.test(name))).toEqual([]);
});

test('without an engine a sentence says what to do; with one it computes', async () => {
  const A = tensor([2, 1], Float32Array.of(1, 2));
  await expect(notebook.gramMatrix(A)).rejects.toThrow('call useEngine(createWebEngine()) first');
  notebook.useEngine(createNodeEngine({ threads: 1 }));
  expect(Array.from((await notebook.gramMatrix(A)).data)).toEqual([1, 2, 2, 4]);
});
