/** What is kept, and what is let go. */
import { expect, test } from 'vitest';
import { Recent } from '../../src/core/recent.js';

const keysOf = (recent: Recent<number>) => ['a', 'b', 'c', 'd'].filter((key) => recent.get(key) !== undefined);

test('what was not used for longest is let go when all is larger than it may be', () => {
  const recent = new Recent<number>(10, (size) => size);
  recent.set('a', 4);
  recent.set('b', 4);
  expect(recent.get('a')).toBe(4);
  recent.set('c', 4);
  expect(keysOf(recent)).toEqual(['a', 'c']);
});

test('a value in place of another, or taken out, counts once', () => {
  const recent = new Recent<number>(10, (size) => size);
  recent.set('a', 6);
  recent.set('a', 5);
  recent.set('b', 5);
  expect(keysOf(recent)).toEqual(['a', 'b']);
  recent.delete('a');
  recent.delete('a');
  recent.set('c', 5);
  expect(keysOf(recent)).toEqual(['b', 'c']);
});

test('a value that is larger than all may be is not kept', () => {
  const recent = new Recent<number>(10, (size) => size);
  recent.set('a', 11);
  expect(keysOf(recent)).toEqual([]);
  recent.set('b', 10);
  expect(keysOf(recent)).toEqual(['b']);
});
