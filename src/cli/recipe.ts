/** `giverny recipe`: prints the recipe that a painted picture carries. */
import { Command } from 'commander';
import { optionName, optionText } from '../core/option-text.js';
import type { Recipe } from '../core/recipe.js';

export function recipeCommand(): Command {
  return new Command('recipe')
    .summary('print the recipe that a painted picture carries')
    .description(
      'Prints the recipe that a painted picture carries: what it was painted from, and all options.\n' +
        'To paint it again: giverny paint --recipe <picture>',
    )
    .argument('<picture>', 'a picture painted by Giverny')
    .option('--json', 'as one JSON object')
    .action(async (picture: string, { json }: { json?: boolean }) => {
      // Loading sharp takes longer than all the rest of the command: only who needs it waits for it.
      const { readRecipe } = await import('../node/images.js');
      const recipe = await readRecipe(picture);
      process.stdout.write(json ? `${JSON.stringify(recipe)}\n` : readable(recipe));
    });
}

function readable({ giverny, content, styles, start, network, engine, options, steps }: Recipe): string {
  const short = (hash: string) => `(${hash.slice(0, 12)})`;
  const done = steps === options.steps ? '' : ` (stopped after ${steps})`;
  const rows = [
    ['photo', `${content.name} ${short(content.sha256)}`],
    ...styles.map(({ name, sha256, weight }) => [
      'style',
      `${name} ${short(sha256)}${styles.length > 1 ? ` weight ${weight}` : ''}`,
    ]),
    ...(start ? [['start', `${start.name} ${short(start.sha256)}`]] : []),
    ['network', `${network.name} ${short(network.hash)}`],
    ...Object.entries(options).map(([name, value]) => [
      optionName(name),
      `${optionText(value)}${name === 'steps' ? done : ''}`,
    ]),
    ['engine', engine],
    ['giverny', giverny],
  ];
  const width = Math.max(...rows.map(([label = '']) => label.length));
  return rows.map(([label = '', value]) => `${label.padEnd(width)}  ${value}\n`).join('');
}
