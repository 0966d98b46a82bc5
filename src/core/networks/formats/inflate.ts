/** Zlib streams, by what both Node and browsers have but the language alone has not. */

declare const DecompressionStream: new (
  format: 'deflate',
) => {
  writable: { getWriter(): { write(bytes: Uint8Array): Promise<void>; close(): Promise<void> } };
  readable: {
    getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array }>; cancel(): Promise<void> };
  };
};

/** The content piece by piece, inflated no further than it is read. Throws where the stream is broken. */
export async function* inflate(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const { writable, readable } = new DecompressionStream('deflate');
  const writer = writable.getWriter();
  const reader = readable.getReader();
  const write = async () => {
    for (let at = 0; at < bytes.length; at += 2 ** 16) await writer.write(bytes.subarray(at, at + 2 ** 16));
    await writer.close();
  };
  // What goes wrong here is reported to the reader as well.
  write().catch(() => {});
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (next.value) yield next.value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** The first `length` bytes of the content, or all where it has fewer; undefined where the stream is broken. */
export async function inflateStart(bytes: Uint8Array, length: number): Promise<Uint8Array | undefined> {
  const content = new Uint8Array(length);
  let filled = 0;
  try {
    for await (const piece of inflate(bytes)) {
      const room = piece.subarray(0, length - filled);
      content.set(room, filled);
      filled += room.length;
      if (room.length < piece.length) break;
    }
  } catch {
    return undefined;
  }
  return content.subarray(0, filled);
}
