/** What a function returned, judged. */
import { evaluate, type Numbers } from '../evaluate.js';
import type { Call, Found, Outcome } from '../recorded.js';

export type Recorded = Extract<Outcome, { nodes: unknown }>;

export interface Judged {
  readonly problem?: Found | undefined;
  /** The value on the model answer's inputs. */
  readonly value?: string | undefined;
}

export interface Judge {
  readonly calls: readonly Call[];
  readonly judge: (outcomes: readonly Recorded[]) => Judged;
}

/** As the notebook prints: six significant digits. */
export const digits = (value: number) => String(Number(value.toPrecision(6)));

/** A matrix as text, a line for each row. */
export const rows = ({ shape, data }: Numbers) => {
  const columns = shape.at(-1) as number;
  return Array.from({ length: data.length / columns }, (_, i) => {
    return `[${Array.from(data.slice(i * columns, (i + 1) * columns), digits).join(' ')}]`;
  }).join('\n');
};

/** The number that a function returned, or what is wrong with it. */
export function scalarOf(
  { nodes, returned }: Recorded,
  inputs: Readonly<Record<string, Numbers>>,
): { readonly value: number } | { readonly problem: Found } {
  const refused = notTensor(returned);
  if (refused) return { problem: refused };
  if (returned.type !== 'node') return { problem: { code: 'notATensor', params: { received: returned.type } } };
  const { shape, data } = evaluate(nodes, returned.node, inputs);
  if (data.length !== 1 || shape.length > 0) {
    return { problem: { code: 'notScalar', params: { shape: `[${shape.join(', ')}]` } } };
  }
  const value = data[0] as number;
  return Number.isFinite(value) ? { value } : { problem: { code: 'notFinite', params: { value: String(value) } } };
}

/** What is wrong with a result that is no tensor. */
export function notTensor(returned: Recorded['returned']): Found | undefined {
  if (returned.type === 'node') return undefined;
  if (returned.type === 'number') return { code: 'numberReturned', params: { value: digits(returned.value) } };
  if (returned.type === 'other' && returned.text === 'undefined') return { code: 'nothingReturned', params: {} };
  if (returned.type === 'other' && /^(NaN|-?Infinity)$/.test(returned.text)) {
    return { code: 'notFinite', params: { value: returned.text } };
  }
  return { code: 'notATensor', params: { received: returned.type === 'other' ? returned.text : 'an object' } };
}
