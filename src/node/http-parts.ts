/** What a client has already of some bytes, and which part of them it asks for (RFC 9110, 13 and 14). */

/** Whether `If-None-Match` names the entity tag. */
export function hasTag(ifNoneMatch: string | undefined, tag: string): boolean {
  const listed = (ifNoneMatch ?? '').split(',').map((part) => part.trim().replace(/^W\//, ''));
  return listed.includes('*') || listed.includes(tag);
}

/** One range of bytes, both ends included; undefined for what is none or several, which may be ignored (14.2). */
export function rangeOf(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | 'beyond' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  return start < size && start <= end ? { start, end } : 'beyond';
}
