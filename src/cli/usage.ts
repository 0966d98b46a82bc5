/** Wrong use of the command, in sentences. Flags known from other programs are answered with ours. */
import type { CommanderError } from 'commander';

/** Flags of other style-transfer programs, without dashes, and what stands for them here. */
const OURS: Readonly<Record<string, string>> = {
  ...named('--steps <n>', 'iterations', 'num-iterations', 'num-steps', 'n-iter', 'max-iter', 'epochs'),
  ...named('--strength <0..1>, or --beta <number>,', 'style-weight'),
  ...named('--strength <0..1>, or --alpha <number>,', 'content-weight'),
  ...named('--tv <number>', 'tv-weight', 'total-variation-weight'),
  ...named('--size <px>', 'image-size', 'img-size', 'max-size', 'end-scale', 'width', 'height'),
  ...named('--first-size <px>', 'min-scale'),
  ...named('the photo as the first argument', 'content', 'content-image', 'content-path', 'input', 'photo'),
  ...named(
    '--style <file>, or the painting as the second argument,',
    'style-image',
    'style-path',
    'styles',
    'painting',
  ),
  ...named('--style <file=weight>', 'style-weights', 'style-blend-weights', 'style-interpolation-weights'),
  ...named('--output <file>', 'output-image', 'output-path', 'out', 'save-path'),
  ...named('--learning-rate <number>', 'lr', 'step-size'),
  ...named('--colors photo', 'original-colors', 'original-colours', 'preserve-colors', 'preserve-color', 'colours'),
  ...named('--network <name or file>', 'model', 'model-file', 'backbone'),
  ...named('--save-every <n>', 'save-iter', 'save-image-every', 'print-iter', 'print-iterations'),
  ...named('--content-layers <layer=weight,...>', 'content-layer'),
  ...named('--style-layers <layer=weight,...>', 'style-layer'),
  ...named('--init <start>', 'init-image', 'init-method', 'initialization'),
  ...named('--seed <n>', 'random-seed'),
  ...named('--mask <file>', 'content-mask', 'style-mask', 'content-seg', 'style-seg'),
  ...named('--device <name>', 'gpu', 'use-gpu', 'cuda', 'backend'),
};

function named(ours: string, ...theirs: readonly string[]): Record<string, string> {
  return Object.fromEntries(theirs.map((flag) => [flag, ours]));
}

/**
 * The sentence for an error of commander's.
 *
 * @param first the first argument of the command line, which may be a photo as well as a subcommand.
 */
export function usageSentence({ code, message }: CommanderError, first: string | undefined): string {
  if (code === 'commander.help') return 'Expected one of the commands above.';
  const text = message
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ');
  const flag = /^unknown option '(-[^' =]+)/.exec(text)?.[1];
  const ours = flag && OURS[flag.replace(/^-+/, '').replaceAll('_', '-').toLowerCase()];
  if (ours) return `Expected ${ours} but received ${flag}.`;
  const [, word, suggestion = ''] = /^unknown command '([^']*)'(?: (\(Did you mean .*\)))?/.exec(text) ?? [];
  if (word !== undefined) {
    const meant = suggestion.replace(/^\(D/, ' (d');
    return word === first
      ? `Expected a photo or a command but "${word}" is neither${meant}.`
      : `Expected a subcommand but received "${word}"${meant}.`;
  }
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.)]$/.test(text) ? '' : '.'}`;
}
