/** Terms with their targets, at one scale of a painting. */
import { expected } from '../../errors.js';
import type { Node } from '../../graph/node.js';
import { input, multiply } from '../../graph/operations.js';
import { scalar, type Tensor, type Tensors } from '../../graph/tensor.js';
import type { Breakdown, Measures, Setting, Sources, Target, TargetMap, Term } from '../term.js';
import { total } from '../weights.js';
import type { Positional } from './positional.js';
import type { Fed } from './view.js';

export interface BoundTerm {
  readonly term: Term;
  readonly weight: number;
  readonly tensors: Tensors;
  readonly maps: Readonly<Record<string, TargetMap>>;
}

/** Takes the targets of terms. */
export async function boundTerms(terms: readonly Term[], setting: Setting, sources: Sources): Promise<BoundTerm[]> {
  checkNames(terms);
  const bound: BoundTerm[] = [];
  for (const term of terms) {
    const { tensors = {}, maps = {} }: Target = (await term.target?.(sources)) ?? {};
    const weight = typeof term.weight === 'number' ? term.weight : term.weight(setting);
    bound.push({ term, weight, tensors, maps });
  }
  if (bound.every(({ weight }) => weight === 0))
    throw expected('a cost of some weight', 'terms', 'weights that are all 0');
  return bound;
}

/** What a term's view is fed with positions. */
export function fedOf({ term, maps }: BoundTerm, setting: Setting, positional: Positional): Fed {
  return {
    map: (name) => {
      const { layer, tensor } = maps[name] as TargetMap;
      return positional.map(`${term.name}/${name}`, layer, tensor);
    },
    weights: (area, layer) => {
      const value = setting.areas.list[area]?.weights(layer);
      return value && positional.row(`area ${area}/${layer}`, layer, value);
    },
    importance: (layer) => {
      const { height, width } = setting.layer(layer);
      const value = setting.areas.importance(layer, [1, 1, height, width]);
      return value && positional.map(`importance/${layer}`, layer, value);
    },
  };
}

/** Costs as nodes: of each term and its parts by name, and the weighted sum. */
export interface Judged {
  readonly costs: Measures;
  readonly total: Node;
  /** Targets and weights, which are fed: nothing of them is compiled in. */
  readonly feeds: Tensors;
}

/** @param measuresOf the whole picture's measures of a term. */
export function judged(bound: readonly BoundTerm[], setting: Setting, measuresOf: (of: BoundTerm) => Measures): Judged {
  const feeds: Record<string, Tensor> = {};
  const fed = (name: string, value: Tensor) => {
    feeds[name] = value;
    return input(name, value.shape);
  };
  const costs: Record<string, Node> = {};
  const weighted: Node[] = [];
  for (const of of bound) {
    const { term, weight, tensors } = of;
    const target = Object.fromEntries(
      Object.entries(tensors).map(([name, value]) => [name, fed(`${term.name}/target/${name}`, value)]),
    );
    const { cost, parts } = breakdown(term.cost(measuresOf(of), target, setting));
    if (cost.shape.length > 0) throw expected('a scalar cost, shape [],', `the term ${term.name}`, cost.shape);
    costs[term.name] = cost;
    for (const [name, part] of Object.entries(parts)) costs[`${term.name}.${name}`] = part;
    if (weight !== 0) weighted.push(multiply(fed(`weight/${term.name}`, scalar(weight)), cost));
  }
  return { costs, total: total(weighted), feeds };
}

const breakdown = (cost: Node | Breakdown): Breakdown => ('parts' in cost ? cost : { cost, parts: {} });

/** @throws GivernyError OPTION_INVALID where two terms have one name, or one has a name of the objective's own. */
function checkNames(terms: readonly Term[]): void {
  const names = terms.map(({ name }) => name);
  const taken = names.find((name, i) => ['', 'total', 'gradient'].includes(name) || names.indexOf(name) !== i);
  if (taken !== undefined) throw expected('terms of different names, none of them total or gradient,', 'terms', taken);
}
