/** The memory of the page's process, by what the core forecasts of a process of its own. docs/studio.md has the measurements. */

/** The browser's own part of the page's process, and the runtime's code. */
const BROWSER_BYTES = 0.25e9;
/** WASM's memory is never given back: what lies between its blocks is lost. */
const FRAGMENTS = 1.09;

/** What a page may take: WASM addresses 4 GB, and the largest blocks need room side by side. */
export const PAGE_BYTES = 3.2e9;

/** What a painting takes in a page. */
export const inPage = (coreBytes: number): number => BROWSER_BYTES + FRAGMENTS * coreBytes;

/** What a painting in a page may take by the core's forecast. */
export const PAINTING_BYTES = (PAGE_BYTES - BROWSER_BYTES) / FRAGMENTS;
