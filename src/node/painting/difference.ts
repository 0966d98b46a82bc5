/** Whether a state is of the painting that is wanted, and what tells them apart. */
import { basename } from 'node:path';
import { GivernyError, show } from '../../core/errors.js';
import type { Network } from '../../core/networks/network.js';
import { OPTION_NAMES, resolveOptions, startFileOf } from '../../core/options/options.js';
import { optionName, optionText } from '../../core/options/text.js';
import { featherOf } from '../../core/painting/mask-regions.js';
import { type Change, type NamedFile, plainChange, type Recipe } from '../../core/painting/recipe.js';
import type { Inputs } from './inputs.js';
import { checkedRequest, type PaintRequest } from './request.js';

const CHANGES_DIFFER = 'what was changed on the way is not the same';

/** The changes that a painting has seen after so many steps; one for its next step is yet to come. */
export function changesBefore(step: number, changes: readonly Change[] = []): readonly Change[] {
  return changes.filter((change) => change.step < step);
}

/** The sentence for a state that is whole but of another painting. */
export function otherPainting(statePath: string, difference: string): GivernyError {
  return new GivernyError(
    'STATE_INVALID',
    `Expected the state of this painting in "${statePath}" but it is of another: ${difference}.`,
  );
}

/**
 * What tells the painting of a state from one that is wanted, in words; undefined where they are one and the same.
 *
 * @param wanted what is left out counts as equal.
 */
export function differenceOf(state: Recipe, wanted: Partial<Recipe>): string | undefined {
  const [first] = differences(state, { ...state, ...wanted });
  return first;
}

function* differences(state: Recipe, wanted: Recipe): Generator<string> {
  yield* fileDifference('photo', state.content, wanted.content);
  if (state.styles.length !== wanted.styles.length) yield `its number of styles is ${state.styles.length}`;
  for (const [i, style] of state.styles.entries()) {
    const now = wanted.styles[i];
    yield* fileDifference('style', style, now);
    if (style.weight !== now?.weight) yield `its weight of ${show(style.name)} is ${style.weight}`;
    if (style.region !== now?.region) yield `its region of ${show(style.name)} is ${style.region ?? 'the rest'}`;
  }
  yield* fileDifference('mask', state.mask, wanted.mask);
  if (state.mask?.featherPx !== wanted.mask?.featherPx) yield `its feather is ${state.mask?.featherPx}`;
  yield* fileDifference('start picture', state.start, wanted.start);
  if (differs(state.regionStrengths, wanted.regionStrengths)) yield 'the strengths of its regions are others';
  for (const name of OPTION_NAMES) {
    const [then, now] = [optionText(state.options[name]), optionText(wanted.options[name])];
    if (then !== now) yield `its ${optionName(name)} is ${then} in place of ${now}`;
  }
  for (const key of ['network', 'coarseNetwork'] as const) {
    if (differs(state[key], wanted[key])) yield `its network ${show(state[key]?.name)} is another`;
  }
  if (differs(state.changes, wanted.changes)) yield CHANGES_DIFFER;
  if (differs(state.terms, wanted.terms)) yield 'its costs are others';
  if (state.engine !== wanted.engine) yield `its engine is ${state.engine}`;
}

function* fileDifference(what: string, then: NamedFile | undefined, now: NamedFile | undefined): Generator<string> {
  if (then?.name !== now?.name) yield `its ${what} is ${then ? show(then.name) : 'none'}`;
  else if (then?.sha256 !== now?.sha256) yield `its ${what} ${show(then?.name)} has changed since`;
}

/**
 * As differenceOf, of a request that is not prepared yet and whose pictures are files.
 *
 * @throws what the file system says of a picture; GivernyError of the network or wrong options.
 */
export async function differenceOfRequest(
  recipe: Recipe,
  request: PaintRequest,
  inputs: Inputs,
): Promise<string | undefined> {
  const { checked } = checkedRequest(request);
  const { content, mask, regionStrengths = {}, terms } = checked;
  const options = resolveOptions(checked.options);
  const start = startFileOf(options.init);
  const styles = [];
  for (const { picture, weight = 1, region } of checked.styles) {
    styles.push({ ...(await inputs.named(picture)), weight, ...(region === undefined ? {} : { region }) });
  }
  const fitted = await inputs.fitted(content, options);
  const { network, coarse } = await inputs.networksOf(checked, options, fitted);
  const changes = changesBefore(recipe.steps, checked.changes);
  return differenceOf(recipe, {
    content: await inputs.named(content),
    styles,
    mask: mask && { ...(await inputs.named(mask.picture)), featherPx: mask.featherPx ?? featherOf(fitted) },
    regionStrengths: Object.keys(regionStrengths).length > 0 ? regionStrengths : undefined,
    start: start === undefined ? undefined : await inputs.named(start),
    network: named(network),
    coarseNetwork: coarse && named(coarse),
    options: { ...options, ...(start === undefined ? {} : { init: basename(start) }) },
    changes: changes.length > 0 ? changes.map(plainChange) : undefined,
    terms: terms?.map(({ name }) => name),
  });
}

const differs = (then: unknown, now: unknown) => JSON.stringify(then) !== JSON.stringify(now);

/** Networks are told apart by what is in them; recipes name their files without folders. */
const named = ({ name, hash }: Network) => ({ name: basename(name), hash });
