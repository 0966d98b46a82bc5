/** The code of several exercises as one program. */
import type { Edition } from './answers.js';
import { callsOf, type Exercise, functionOf, type Sources } from './exercises.js';
import { type Parsed, parse } from './parse.js';
import type { Call, Found } from './recorded.js';
import { programText } from './sandbox.js';

/** A problem with the exercise in whose code it is. */
export interface Problem extends Found {
  readonly exercise: Exercise;
}

/** An exercise's code with the functions that it calls. */
export interface Joined {
  readonly problem?: Found;
  readonly unused: Parsed['unused'];
  readonly program: (calls: readonly Call[]) => string;
  /** A problem by a line of the joined code, put into the exercise where that line is. */
  readonly placed: (found: Found) => Problem;
}

export function join(exercise: Exercise, sources: Sources, edition: Edition): Joined {
  const parts = [exercise, ...callsOf(exercise, edition)];
  return joinParts(parts, sources, edition);
}

/** The code of several exercises, the first of them the one that is looked at. */
export function joinParts(parts: readonly Exercise[], sources: Sources, edition: Edition): Joined {
  const [first] = parts as [Exercise];
  const codes: string[] = [];
  const declared = new Map<string, Exercise>();
  let unused: Parsed['unused'] = [];
  let problem: Found | undefined;
  for (const part of parts) {
    const parsed = parse(sources[part]);
    if ('problem' in parsed) {
      if (part === first) problem = parsed.problem;
      // As many lines, so that the others stay where they are.
      codes.push(sources[part].replace(/[^\n]/g, ''));
      continue;
    }
    if (part === first) unused = parsed.unused;
    for (const name of parsed.declared) {
      if (declared.has(name)) problem ??= { code: 'declaredTwice', params: { name } };
      declared.set(name, part);
    }
    codes.push(parsed.code);
  }
  const functions = parts.map((part) => functionOf(part, edition));
  return {
    ...(problem ? { problem } : {}),
    unused,
    program: (calls) => programText(codes.join('\n'), functions, calls),
    placed: (found) => {
      let line = found.line;
      for (const [i, part] of parts.entries()) {
        const count = (codes[i] ?? '').split('\n').length;
        if (line === undefined || line <= count) return { ...found, line, exercise: line === undefined ? first : part };
        line -= count;
      }
      return { ...found, line: undefined, exercise: first };
    },
  };
}
