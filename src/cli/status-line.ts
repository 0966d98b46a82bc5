/** One line at the bottom of a terminal that is redrawn; sentences are printed above it. Elsewhere there is no such line. */

import { printable } from '../core/errors.js';

/** The part of a stream that progress needs; `process.stdout` is one. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal in characters. */
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface StatusLine {
  /** Whether there is a line. */
  readonly redraws: boolean;
  readonly columns: number;
  draw(line: string): void;
  /** Prints a sentence above the line. */
  say(sentence: string, screen?: Screen): void;
  /** Takes the line away. */
  end(): void;
}

export function statusLine(screen: Screen): StatusLine {
  const redraws = screen.isTTY === true && process.env.TERM !== 'dumb';
  let drawn = '';
  const clear = () => redraws && drawn !== '' && screen.write('\r\x1b[K');
  return {
    redraws,
    get columns() {
      return screen.columns ?? 80;
    },
    draw(line) {
      if (!redraws) return;
      drawn = line;
      screen.write(`\r${line}\x1b[K`);
    },
    say(sentence, to = screen) {
      clear();
      // Sentences name files and networks that strangers may have named.
      to.write(`${printable(sentence)}\n`);
      if (redraws && drawn !== '') screen.write(drawn);
    },
    end() {
      clear();
      drawn = '';
    },
  };
}

/** Room for the ^C that the terminal itself adds: a line that wraps cannot be redrawn. */
const MARGIN = 3;
const GAP = '  ';
const MIN_BAR = 10;
const MAX_BAR = 24;
/** Narrower terminals have no room for a bar beside the text that matters. */
const MIN_COLUMNS_FOR_BAR = 60;

/** A bar, filled to a share of 0..1, and as many of the parts as there is room for. */
export function withBar(parts: readonly string[], share: number, columns: number): string {
  const room = columns - MARGIN;
  const barRoom = columns < MIN_COLUMNS_FOR_BAR ? 0 : MIN_BAR + GAP.length;
  const shown = [...parts];
  while (shown.length > 1 && shown.join(GAP).length > room - barRoom) shown.pop();
  const text = shown.join(GAP).slice(0, Math.max(0, room - barRoom));
  const width = Math.min(MAX_BAR, room - text.length - GAP.length);
  if (width < MIN_BAR) return text;
  const filled = Math.floor(width * share);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}${GAP}${text}`;
}
