/** One hostile request: what is sent, and the refusals that are right for it. */

/** What a request can hold. */
export type Body = NonNullable<RequestInit['body']>;

export interface Known {
  /** Ann's own. */
  readonly picture: string;
  readonly painting: string;
  /** Bob's, which ann has guessed. */
  readonly hisPicture: string;
  readonly hisPainting: string;
  readonly hisResult: string;
  readonly tokens: Readonly<Record<string, string>>;
}

export interface Hostile {
  readonly name: string;
  readonly path: string | ((known: Known) => string);
  readonly method?: string;
  /** Who asks; ann by default, `undefined` without a token. */
  readonly as?: string | undefined;
  readonly headers?: Record<string, string> | ((known: Known) => Record<string, string>);
  readonly body?: Body | ((known: Known) => Body | Promise<Body>);
  /** The status, and the code of a refusal. */
  readonly status: number;
  readonly code?: string;
}

export const json = { 'content-type': 'application/json' };

/** An order of ann's with something changed. */
export const orderWith = (name: string, change: (known: Known) => unknown, status = 400, code = 'OPTION_INVALID') =>
  ({
    name: `order: ${name}`,
    path: '/v1/paintings',
    method: 'POST',
    headers: json,
    body: (known: Known) => {
      const changed = change(known);
      return typeof changed === 'string'
        ? changed
        : JSON.stringify({
            content: known.picture,
            styles: [{ picture: known.picture }],
            network: 'pocket',
            options: { size: 48, steps: 3, firstSize: 0 },
            ...(changed as object),
          });
    },
    status,
    code,
  }) satisfies Hostile;
