/** Memory of processes that paint. */
import type process from 'node:process';

/**
 * An environment in which glibc asks for pages of 2 MB. A painting takes and frees gigabytes, which the system hands out
 * page by page: in tiles of 512 pixels a step took 13 % less processor time so, and no more memory. Other systems
 * ignore it.
 */
export function inLargePages(env: typeof process.env): typeof process.env {
  const tunables = [env.GLIBC_TUNABLES, 'glibc.malloc.hugetlb=1'].filter(Boolean);
  return { ...env, GLIBC_TUNABLES: tunables.join(':') };
}
