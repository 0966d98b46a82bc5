/**
 * The links of a group, in each of the ways that HDF5 keeps them: a symbol table (by default), messages of the group
 * itself, or a heap with an index. (Sections III.A to III.G and IV.A.2.c, g, r of the format's specification.)
 */
import { Cursor, NOWHERE, type Source } from './cursor.js';
import { MESSAGES, type Message } from './objects.js';

/** Name and address of an object in a group. */
export type Link = readonly [name: string, address: number];

const MAX_NAME_BYTES = 1024;

/** Soft and external links, which Keras does not write, are left out. */
export function readLinks(source: Source, messages: readonly Message[]): Link[] {
  return messages.flatMap(({ type, at }) => {
    if (type === MESSAGES.symbolTable) return symbolTableLinks(source, at);
    if (type === MESSAGES.link) return linkOf(source, at);
    return type === MESSAGES.linkInfo ? denseLinks(source, at) : [];
  });
}

function symbolTableLinks(source: Source, at: number): Link[] {
  const table = new Cursor(source, at);
  const [tree, heap] = [table.uint64(), table.uint64()];
  const names = new Cursor(source, heap).signature('HEAP').skip(20).uint64();
  return treeLeaves(source, tree, 0, 0).flatMap(({ child }) => {
    const node = new Cursor(source, child).signature('SNOD').skip(2);
    const count = node.uint(2);
    source.spend(count);
    return Array.from({ length: count }, () => {
      const [name, address, kind] = [node.uint64(), node.uint64(), node.uint(4)];
      node.skip(20);
      return kind === SOFT_LINK ? [] : [[textAt(source, names + name), address] satisfies Link];
    }).flat();
  });
}

const SOFT_LINK = 2;

/** An entry of a leaf: where its key lies, and where it leads. */
export interface Leaf {
  readonly key: number;
  readonly child: number;
}

/**
 * The entries in the leaves of a B-tree of version 1.
 *
 * @param type 0 for groups, 1 for chunks.
 * @param rank axes of a chunk, that of the element's bytes included.
 */
export function treeLeaves(source: Source, address: number, type: 0 | 1, rank: number, level?: number): Leaf[] {
  const node = new Cursor(source, address).signature('TREE');
  const [foundType, foundLevel, count] = [node.uint(1), node.uint(1), node.uint(2)];
  if (foundType !== type || (level !== undefined && foundLevel !== level)) {
    throw source.fault(`a tree of type ${type}`, `one of type ${foundType} at level ${foundLevel}`);
  }
  source.spend(1 + count);
  node.skip(16);
  const entries = Array.from({ length: count }, () => {
    const key = node.at;
    return { key, child: node.skip(type === 0 ? 8 : 8 + 8 * rank).uint64() };
  });
  if (foundLevel === 0) return entries;
  return entries.flatMap(({ child }) => treeLeaves(source, child, type, rank, foundLevel - 1));
}

function linkOf(source: Source, at: number): Link[] {
  const link = new Cursor(source, at);
  const [version, flags] = [link.uint(1), link.uint(1)];
  if (version !== 1) throw source.fault('links of version 1', version);
  const isHard = !(flags & 8) || link.uint(1) === 0;
  link.skip((flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0));
  const length = link.uint(2 ** (flags & 3));
  if (length > MAX_NAME_BYTES) throw source.fault(`names of at most ${MAX_NAME_BYTES} bytes`, length);
  const name = textOf(link.take(length));
  return isHard ? [[name, link.uint64()]] : [];
}

function denseLinks(source: Source, at: number): Link[] {
  const info = new Cursor(source, at + 1);
  info.skip(info.uint(1) & 1 ? 8 : 0);
  const [heap, tree] = [info.uint64(), info.uint64()];
  if (heap === NOWHERE || tree === NOWHERE) return [];
  const locate = heapOf(source, heap);
  return nameRecords(source, tree).flatMap((record) => linkOf(source, locate(record)));
}

/** Addresses of the heap ids in a B-tree of version 2 that indexes a group's links by name. */
function nameRecords(source: Source, address: number): number[] {
  const header = new Cursor(source, address).signature('BTHD').skip(1);
  const [type, nodeBytes, recordBytes, depth] = [header.uint(1), header.uint(4), header.uint(2), header.uint(2)];
  if (type !== 5 || recordBytes !== 11) throw source.fault('an index of links by name', `a tree of type ${type}`);
  if (depth > 8) throw source.fault('a tree of links at most 8 deep', depth);
  const [root, count] = [header.skip(2).uint64(), header.uint(2)];
  // How many bytes a node takes to count the records of a child, and of all below it, follows from a node's size.
  const counts: { child: number; below: number }[] = [{ child: 0, below: 0 }];
  let most = Math.floor((nodeBytes - 10) / recordBytes);
  let mostBelow = most;
  for (let level = 1; level <= depth; level++) {
    const [child, below] = [bytesFor(most), level === 1 ? 0 : bytesFor(mostBelow)];
    counts.push({ child, below });
    const pointer = 8 + child + below;
    most = Math.floor((nodeBytes - 10 - pointer) / (recordBytes + pointer));
    mostBelow = most + (most + 1) * mostBelow;
  }
  const read = (at: number, records: number, level: number): number[] => {
    const node = new Cursor(source, at).signature(level > 0 ? 'BTIN' : 'BTLF').skip(2);
    source.spend(1 + records);
    const ids = Array.from({ length: records }, (_, i) => node.at + i * recordBytes + 4);
    node.skip(records * recordBytes);
    if (level === 0) return ids;
    const { child, below } = counts[level] as { child: number; below: number };
    for (let i = 0; i <= records; i++) {
      const [childAt, childRecords] = [node.uint64(), node.uint(child)];
      node.skip(below);
      for (const id of read(childAt, childRecords, level - 1)) ids.push(id);
    }
    return ids;
  };
  return read(root, count, depth);
}

/** Bytes that hold a number up to `most`. */
const bytesFor = (most: number) => Math.max(1, Math.ceil(Math.log2(most + 1) / 8));

/** What finds objects in a fractal heap: from the address of a heap id to the object's. */
function heapOf(source: Source, address: number): (id: number) => number {
  const header = new Cursor(source, address).signature('FRHP').skip(3);
  const [filterBytes, maxObject] = [header.uint(2), header.skip(1).uint(4)];
  const [width, startBytes, maxDirectBytes] = [header.skip(96).uint(2), header.uint64(), header.uint64()];
  const [heapBits, root, rows] = [header.uint(2), header.skip(2).uint64(), header.uint(2)];
  if (filterBytes !== 0) throw source.fault('a heap without filters', 'one that has some');
  if (![width, startBytes, maxDirectBytes].every((n) => n > 0 && Number.isInteger(Math.log2(n)))) {
    throw source.fault('sizes of a heap that are powers of two', `${width}, ${startBytes} and ${maxDirectBytes}`);
  }
  if (heapBits > 64) throw source.fault('a heap of at most 64 bits', heapBits);
  const offsetBytes = Math.ceil(heapBits / 8);
  const directRows = Math.log2(maxDirectBytes) - Math.log2(startBytes) + 2;

  /** The address of heap offset `offset` inside an indirect block, which is a table of ever larger blocks. */
  const inTable = (table: number, tableRows: number, offset: number): number => {
    source.spend(1);
    const children = new Cursor(source, table).signature('FHIB').skip(9 + offsetBytes).at;
    let before = 0;
    for (let row = 0; row < Math.min(tableRows, 64); row++) {
      const size = startBytes * 2 ** Math.max(0, row - 1);
      if (offset < before + width * size) {
        const column = Math.floor((offset - before) / size);
        const child = new Cursor(source, children + 8 * (row * width + column)).uint64();
        const inside = offset - before - column * size;
        if (row < directRows) return inBlock(child, inside);
        return inTable(child, Math.log2(size) - Math.log2(startBytes * width) + 1, inside);
      }
      before += width * size;
    }
    throw source.fault('objects inside their heap', `one at ${offset}`);
  };
  const inBlock = (block: number, offset: number) => {
    new Cursor(source, block).signature('FHDB');
    return block + offset;
  };
  return (id) => {
    const cursor = new Cursor(source, id);
    const kind = cursor.uint(1) >> 4;
    if (kind !== 0) throw source.fault('links inside their heap', `one of kind ${kind}`);
    const offset = cursor.uint(offsetBytes);
    if (cursor.uint(bytesFor(Math.min(maxDirectBytes, maxObject))) === 0) throw source.fault('links', 'an empty one');
    return rows === 0 ? inBlock(root, offset) : inTable(root, rows, offset);
  };
}

function textAt(source: Source, address: number): string {
  const start = source.bytes.subarray(address, address + MAX_NAME_BYTES);
  const end = start.indexOf(0);
  if (end < 0) throw source.fault(`names of at most ${MAX_NAME_BYTES} bytes`, 'a longer one');
  return textOf(start.subarray(0, end));
}

/** Names that matter here are ASCII. */
function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
