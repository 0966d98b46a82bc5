/** `giverny recipe`: prints the recipe that a painted picture carries. */
import { Command } from 'commander';
import { printable, printableJson } from '../core/errors.js';
import { optionName, optionText } from '../core/options/text.js';
import type { Recipe } from '../core/painting/recipe.js';
import { fileArgument } from './places.js';

export function recipeCommand(): Command {
  return new Command('recipe')
    .description(
      'Prints the recipe that a painted picture carries: what it was painted from, and all options.\n' +
        'To paint it again: giverny paint --recipe <picture>',
    )
    .argument('<picture>', 'a picture painted by Giverny', fileArgument)
    .option('--json', 'as one JSON object')
    .action(async (picture: string, { json }: { json?: boolean }) => {
      // Imports sharp, which takes longer to load than the rest of the command.
      const { readRecipe } = await import('../node/files/read-recipe.js');
      const recipe = await readRecipe(picture);
      process.stdout.write(json ? `${printableJson(recipe)}\n` : readable(recipe));
    });
}

function readable(recipe: Recipe): string {
  const { content, styles, mask, regionStrengths, start, network, coarseNetwork, options, stopped, steps } = recipe;
  const short = (hash: string) => `(${hash.slice(0, 12)})`;
  const file = ({ name, sha256 }: { name: string; sha256: string }) => `${name} ${short(sha256)}`;
  const rows = [
    ['photo', file(content)],
    ...styles.map(({ weight, region, ...style }) => [
      'style',
      [file(style), ...(styles.length > 1 ? [`weight ${weight}`] : []), ...(region ? [`on ${region}`] : [])].join(' '),
    ]),
    ...(mask
      ? [
          ['mask', file(mask)],
          ['feather', String(mask.featherPx)],
        ]
      : []),
    ...(regionStrengths ? [['region-strength', strengthsText(regionStrengths)]] : []),
    ...(start ? [['start', file(start)]] : []),
    ['network', `${network.name} ${short(network.hash)}`],
    ...(coarseNetwork ? [['coarse-network', `${coarseNetwork.name} ${short(coarseNetwork.hash)}`]] : []),
    ...Object.entries(options).map(([name, value]) => [optionName(name), optionText(value)]),
    ...Object.entries(recipe.print ?? {}).map(([name, value]) => [name, String(value)]),
    ...(stopped ? [['stopped', `after ${steps} steps`]] : []),
    ['engine', recipe.engine],
    ['giverny', recipe.giverny],
  ];
  const width = Math.max(...rows.map(([label = '']) => label.length));
  return rows.map(([label = '', value = '']) => `${label.padEnd(width)}  ${printable(value)}\n`).join('');
}

/** As --region-strength takes it. */
function strengthsText(strengths: Readonly<Record<string, number>>): string {
  return Object.entries(strengths)
    .map(([color, strength]) => `${color}=${strength}`)
    .join(',');
}
