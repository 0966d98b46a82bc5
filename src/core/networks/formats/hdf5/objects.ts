/**
 * Objects of an HDF5 file, which are groups and datasets: lists of messages.
 * https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html (sections II, IV.A)
 */
import { Cursor, type Source } from './cursor.js';

export const MESSAGES = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  filters: 0x0b,
  continuation: 0x10,
  symbolTable: 0x11,
} as const;

export interface Message {
  readonly type: number;
  /** Address of its content. */
  readonly at: number;
  /** Whether the content is but a reference to one that objects share. */
  readonly shared: boolean;
}

/** Address of the root group's messages. */
export function rootAddress(source: Source): number {
  const start = new Cursor(source, 8);
  const version = start.uint(1);
  if (version > 3) throw source.fault('an HDF5 superblock of version 0 to 3', version);
  const [offsetBytes, lengthBytes] =
    version < 2 ? [start.skip(4).uint(1), start.uint(1)] : [start.uint(1), start.uint(1)];
  if (offsetBytes !== 8 || lengthBytes !== 8) {
    throw source.fault('addresses of 8 bytes', `${offsetBytes} and ${lengthBytes} bytes`);
  }
  // Reserved byte and the trees' sizes, then flags; version 1 has four more bytes.
  start.skip(version < 2 ? 9 + (version === 1 ? 4 : 0) : 1);
  const base = start.uint64();
  if (base !== 0) throw source.fault('addresses that count from the start of the file', `the base address ${base}`);
  const length = start.skip(8).uint64();
  if (source.bytes.length < length) throw source.fault(`${length} bytes in all`, source.bytes.length);
  return version < 2 ? start.skip(16).uint64() : start.uint64();
}

/** The messages of the object at an address. */
export function readMessages(source: Source, address: number): Message[] {
  return source.range(address, 1)[0] === 1 ? readFirstVersion(source, address) : readSecondVersion(source, address);
}

function readFirstVersion(source: Source, address: number): Message[] {
  const header = new Cursor(source, address + 2);
  const count = header.uint(2);
  const size = header.skip(4).uint(4);
  return readBlocks(source, { at: address + 16, bytes: size }, count, {
    readHeader: (cursor) => {
      const [type, bytes, flags] = [cursor.uint(2), cursor.uint(2), cursor.uint(1)];
      return { type, bytes, flags, at: cursor.skip(3).at };
    },
    continued: (block) => block,
  });
}

function readSecondVersion(source: Source, address: number): Message[] {
  const header = new Cursor(source, address).signature('OHDR');
  const [version, flags] = [header.uint(1), header.uint(1)];
  if (version !== 2) throw source.fault('an object of version 1 or 2', version);
  if (flags & 0x20) header.skip(16);
  if (flags & 0x10) header.skip(4);
  const size = header.uint(2 ** (flags & 3));
  return readBlocks(source, { at: header.at, bytes: size }, Number.POSITIVE_INFINITY, {
    readHeader: (cursor) => {
      const [type, bytes, messageFlags] = [cursor.uint(1), cursor.uint(2), cursor.uint(1)];
      return { type, bytes, flags: messageFlags, at: cursor.skip(flags & 4 ? 2 : 0).at };
    },
    continued({ at, bytes }) {
      new Cursor(source, at).signature('OCHK');
      // A checksum follows the messages.
      return { at: at + 4, bytes: bytes - 8 };
    },
  });
}

interface Block {
  readonly at: number;
  readonly bytes: number;
}

/** How a version writes a message's header, and where the messages of a continued object lie in its block. */
interface Version {
  readHeader(cursor: Cursor): Block & { readonly type: number; readonly flags: number };
  continued(block: Block): Block;
}

/** Reads messages, `most` of them, block by block, as continuation messages lead on. */
function readBlocks(source: Source, first: Block, most: number, version: Version): Message[] {
  const messages: Message[] = [];
  const blocks = [first];
  // A block may lead back to one before.
  const seen = new Set<number>();
  for (let block = blocks.shift(); block; block = blocks.shift()) {
    if (seen.has(block.at)) continue;
    seen.add(block.at);
    const cursor = new Cursor(source, block.at);
    const end = block.at + block.bytes;
    // The smallest header has four bytes: what is less is a gap.
    while (cursor.at + 4 <= end && messages.length < most) {
      source.spend(1);
      const { type, bytes, flags, at } = version.readHeader(cursor);
      if (at + bytes > end) throw source.fault('messages inside their block', 'one that ends after it');
      messages.push({ type, at, shared: (flags & 2) !== 0 });
      if (type === MESSAGES.continuation) {
        const next = new Cursor(source, at);
        blocks.push(version.continued({ at: next.uint64(), bytes: next.uint64() }));
      }
      cursor.at = at + bytes;
    }
  }
  return messages;
}
