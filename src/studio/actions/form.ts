/** Puts a recipe's options into the form. */

import { type Options, type OptionsInput, PRESETS, resolveOptions } from '../../core/options/options.js';
import { optionText } from '../../core/options/text.js';
import type { Recipe } from '../../core/painting/recipe.js';
import { chosen, network, networks, preset } from '../state.js';

/** As the preset that is nearest, and what differs from it. */
export function setForm(recipe: Recipe): void {
  const nearest = Object.keys(PRESETS)
    .map((name) => ({ name, changes: changesTo(recipe.options, name) }))
    .sort((a, b) => Object.keys(a.changes).length - Object.keys(b.changes).length)[0];
  if (!nearest) return;
  preset.value = nearest.name;
  chosen.value = nearest.changes;
  network.value = networks.value.includes(recipe.network.name) ? recipe.network.name : 'pocket';
}

/** What must be set on top of a preset to have these options. */
function changesTo(wanted: Options, name: string): OptionsInput {
  const unset = (changes: OptionsInput) => {
    const made: Readonly<Record<string, unknown>> = resolveOptions({ preset: name, ...changes });
    return Object.entries(wanted).filter(
      ([option, value]) => value !== undefined && optionText(value) !== optionText(made[option]),
    );
  };
  let changes: OptionsInput = {};
  // Where they are not set, some options follow from others.
  for (let missing = unset(changes); missing.length > 0; missing = unset(changes)) {
    changes = { ...changes, ...Object.fromEntries(missing) };
  }
  return changes;
}
