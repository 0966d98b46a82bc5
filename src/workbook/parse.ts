/** A learner's TypeScript as plain JavaScript, line by line the same, and where it does not parse. */
import { tsPlugin } from '@sveltejs/acorn-typescript';
import { type Node, Parser } from 'acorn';
import type { Found } from './recorded.js';

const TypeScript = Parser.extend(tsPlugin() as unknown as (base: typeof Parser) => typeof Parser);

export interface Parsed {
  /** Plain JavaScript: types are spaces, so that every line and column stays where it was. */
  readonly code: string;
  /** Names that are declared at the top. */
  readonly declared: readonly string[];
  /** Names that are declared within functions and never used, with their lines. */
  readonly unused: readonly { readonly name: string; readonly line: number }[];
}

/** Parts of a node that are types wherever they stand. */
const TYPE_PARTS = [
  'typeAnnotation',
  'returnType',
  'typeParameters',
  'typeArguments',
  'superTypeParameters',
  'implements',
];

type Loose = Node & Record<string, unknown>;

export function parse(source: string): Parsed | { readonly problem: Found } {
  let program: Loose;
  try {
    program = TypeScript.parse(source, {
      ecmaVersion: 'latest',
      sourceType: 'module',
      locations: true,
    }) as unknown as Loose;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, text = message, line] = /^(.*?)\.?\s*\((\d+):\d+\)$/.exec(message) ?? [];
    return { problem: { code: 'syntax', params: { message: text }, line: Number(line) || undefined } };
  }
  const blanks: [number, number][] = [];
  const declared: string[] = [];
  const locals = new Map<string, { line: number; uses: number }>();
  let problem: Found | undefined;
  const refuse = (code: string, node: Loose, params: Found['params'] = {}) => {
    problem ??= { code, params, line: lineOf(node) };
  };

  const blank = (start: number, end: number): void => {
    blanks.push([start, end]);
  };
  const visit = (node: Loose, parent: Loose | undefined): void => {
    const { type, start, end } = node;
    if (type === 'TSAsExpression' || type === 'TSSatisfiesExpression' || type === 'TSNonNullExpression') {
      const inner = node.expression as Loose;
      blanks.push([inner.end, end]);
      visit(inner, node);
      return;
    }
    if (type === 'TSEnumDeclaration' || type === 'TSModuleDeclaration' || type === 'TSParameterProperty') {
      refuse('typescript', node);
      return;
    }
    if (type.startsWith('TS')) {
      blank(start, end);
      return;
    }
    if (type === 'ImportDeclaration') {
      blank(start, end);
      return;
    }
    if (type === 'ImportExpression' || type === 'AwaitExpression') {
      refuse('notAllowed', node, { what: type === 'ImportExpression' ? 'import()' : 'await' });
      return;
    }
    if (type === 'ExportNamedDeclaration' || type === 'ExportDefaultDeclaration') {
      const declaration = node.declaration as Loose | null;
      if (!declaration) {
        blank(start, end);
        return;
      }
      blanks.push([start, declaration.start]);
      visit(declaration, parent);
      return;
    }
    if (type === 'FunctionDeclaration' && (node.async || node.generator)) refuse('notAllowed', node, { what: 'async' });
    if (isTop(parent) && type === 'FunctionDeclaration') declared.push(nameOf(node.id as Loose));
    if (type === 'VariableDeclaration' && node.declare) {
      blank(start, end);
      return;
    }
    if (type === 'VariableDeclarator') {
      for (const name of namesOf(node.id as Loose)) {
        if (parent && isTop(parent.parent as Loose | undefined)) declared.push(name);
        else locals.set(name, { line: lineOf(node), uses: locals.get(name)?.uses ?? 0 });
      }
    }
    if (type === 'Identifier') {
      const name = nameOf(node);
      const isDeclaration = parent?.type === 'VariableDeclarator' && parent.id === node;
      if (!isDeclaration)
        locals.set(name, { line: locals.get(name)?.line ?? 0, uses: (locals.get(name)?.uses ?? 0) + 1 });
      // The question mark of an optional parameter.
      if (node.optional) blanks.push([start + name.length, (node.typeAnnotation as Loose | undefined)?.start ?? end]);
    }
    for (const part of TYPE_PARTS) {
      const types = node[part];
      for (const one of Array.isArray(types) ? types : [types]) {
        if (isNode(one)) blanks.push([one.start, one.end]);
      }
    }
    for (const [key, value] of Object.entries(node)) {
      if (TYPE_PARTS.includes(key) || key === 'parent') continue;
      for (const child of Array.isArray(value) ? value : [value]) {
        if (!isNode(child)) continue;
        (child as Loose).parent = node;
        visit(child as Loose, node);
      }
    }
  };
  const isTop = (node: Loose | undefined) => node === program || node?.type === 'ExportNamedDeclaration';
  visit(program, undefined);
  if (problem) return { problem };
  const unused = [...locals]
    .filter(([name, { line, uses }]) => line > 0 && uses === 0 && !declared.includes(name))
    .map(([name, { line }]) => ({ name, line }));
  return { code: blanked(source, blanks), declared: [...new Set(declared)], unused };
}

const isNode = (value: unknown): value is Loose =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Loose).type === 'string' &&
  typeof (value as Loose).start === 'number';

const nameOf = (node: Loose | null) => String(node?.name ?? '');
const lineOf = (node: Loose) => node.loc?.start.line ?? 1;

/** Names that a pattern declares; those that it skips over are none. */
function namesOf(pattern: Loose | null): string[] {
  if (!pattern) return [];
  if (pattern.type === 'Identifier') return [nameOf(pattern)];
  // A pattern takes what comes, in order: its unused names are no fault.
  return [];
}

function blanked(source: string, ranges: readonly (readonly [number, number])[]): string {
  const text =
    [...source].length === source.length
      ? source.split('')
      : Array.from({ length: source.length }, (_, i) => source[i] as string);
  for (const [start, end] of ranges) {
    for (let i = start; i < end; i++) if (text[i] !== '\n') text[i] = ' ';
  }
  return text.join('');
}
