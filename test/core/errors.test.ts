/** What sentences repeat of files and requests. */
import { expect, test } from 'vitest';
import { GivernyError, printable, printableJson, show } from '../../src/core/errors.js';

const RAW = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;

test.each<[string, unknown, string]>([
  ['text', 'conv1_1', '"conv1_1"'],
  ['text in other scripts, and emoji', '수련 😀 قطة', '"수련 😀 قطة"'],
  ['an ANSI sequence', '\x1b[2Jgone', String.raw`"\x1b[2Jgone"`],
  ['a C1 control', '\x9b2J', String.raw`"\x9b2J"`],
  ['line breaks', 'a\r\nb\tc', String.raw`"a\r\nb\tc"`],
  ['a reversed name', 'cat\u202egpj.exe', String.raw`"cat\u202egpj.exe"`],
  ['half of a character', '\ud83d', String.raw`"\ud83d"`],
  ['an invisible tag', '\u{e0041}', String.raw`"\u{e0041}"`],
  ['a long text', `${'a'.repeat(100)}end`, `"${'a'.repeat(37)}...${'a'.repeat(17)}end"`],
  ['a number', 0.5, '0.5'],
  ['nothing', undefined, 'undefined'],
  ['a large whole number', 2n ** 70n, '1180591620717411303424'],
  ['an object', { a: [1, 'x'], b: null }, '{"a":[1,"x"],"b":null}'],
  ['a deep value', [[[[[1]]]]], '[[[...]]]'],
])('show: %s', (_, value, text) => {
  expect(show(value)).toBe(text);
});

test('large and deep values cost no more than what is shown', () => {
  let deep: unknown = [];
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(show(deep)).toBe('[[[...]]]');
  const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`${i}${'x'.repeat(1000)}`, deep]));
  expect(show(wide).length).toBeLessThan(70);
});

test('no message carries control characters or is long', () => {
  const { message } = new GivernyError('NETWORK_FORMAT', `Expected ${'\x1b]0;title\x07'.repeat(1e6)} but found none.`);
  expect(message).not.toMatch(RAW);
  expect(message.length).toBeLessThan(5000);
  expect(message).toMatch(/^Expected .*\.\.\..* but found none\.$/);
});

test('JSON says the same without raw control characters', () => {
  const value = { name: 'a\x1b\x7f\x9b\u202e\u2028\ud83d\u{e0041}😀', list: ['\n'] };
  for (const indent of [0, 2]) {
    const json = printableJson(value, indent);
    expect(json.replaceAll('\n', '')).not.toMatch(RAW);
    expect(JSON.parse(json)).toEqual(value);
  }
  expect(printableJson({ a: '😀' })).toBe('{"a":"😀"}');
});

test('printable: a text of the longest length stays whole', () => {
  expect(printable('x'.repeat(10), 10)).toBe('x'.repeat(10));
  expect(printable('0123456789a', 10)).toBe('0123...89a');
});
