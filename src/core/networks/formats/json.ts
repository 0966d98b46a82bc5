/** JSON inside network files, whose size and nesting are bounded before it is parsed. */
import { malformed } from './malformed.js';
import { decodeUtf8 } from './utf8.js';

/** Real headers have some kilobytes; a parsed one may take ten times its bytes. */
export const MAX_JSON_BYTES = 10_000_000;
/** The deepest that is read, a TensorFlow.js model.json with its topology, stays below 20. */
const MAX_DEPTH = 64;

/**
 * @param what what the sentences call the JSON, such as "a safetensors header".
 * @returns the value, and how many members stand at its top: more than it has keys where one is repeated.
 * @throws GivernyError NETWORK_FORMAT.
 */
export function parseJson(bytes: Uint8Array, file: string, what: string): { value: unknown; members: number } {
  if (bytes.length > MAX_JSON_BYTES) throw malformed(file, `${what} of at most ${MAX_JSON_BYTES} bytes`, bytes.length);
  const { depth, members } = measure(bytes);
  if (depth > MAX_DEPTH) throw malformed(file, `${what} nested at most ${MAX_DEPTH} deep`, `a depth of ${depth}`);
  try {
    return { value: JSON.parse(decodeUtf8(bytes)), members };
  } catch (cause) {
    throw malformed(file, `${what} in JSON`, 'none', cause);
  }
}

/** How deep brackets nest, and how many members the outermost has. */
function measure(bytes: Uint8Array): { depth: number; members: number } {
  let depth = 0;
  let open = 0;
  let commas = 0;
  let empty = true;
  let inText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (inText) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inText = false;
      continue;
    }
    if (byte <= SPACE) continue;
    if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      open--;
      continue;
    }
    if (open === 1) {
      empty = false;
      if (byte === COMMA) commas++;
    }
    if (byte === QUOTE) inText = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth = Math.max(depth, ++open);
  }
  return { depth, members: empty ? 0 : commas + 1 };
}

const [SPACE, QUOTE, COMMA, BACKSLASH] = [0x20, 0x22, 0x2c, 0x5c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
