/** How many threads fit here, told from made-up control groups, and whether others leave room for them. */
import { expect, test } from 'vitest';
import { createNodeEngine } from '../../src/engines/node.js';
import { type ProcessorTime, processorQuota, watchForRoom } from '../../src/engines/processors.js';

const quota = (files: Record<string, string>) => processorQuota((path) => files[path]);

test.each<[string, Record<string, string>, number]>([
  ['no control groups', {}, Number.POSITIVE_INFINITY],
  [
    'version 2, no limit',
    { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n' },
    Number.POSITIVE_INFINITY,
  ],
  ['version 2, a container', { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '150000 100000\n' }, 1.5],
  [
    'version 2, a limit of a group above',
    {
      '/proc/self/cgroup': '0::/work.slice/job-7.scope\n',
      '/sys/fs/cgroup/work.slice/job-7.scope/cpu.max': '800000 100000\n',
      '/sys/fs/cgroup/work.slice/cpu.max': '300000 100000\n',
    },
    3,
  ],
  [
    'version 2, the path of the host in a container',
    { '/proc/self/cgroup': '0::/docker/f00\n', '/sys/fs/cgroup/cpu.max': '50000 100000\n' },
    0.5,
  ],
  [
    'version 1',
    {
      '/proc/self/cgroup': '11:memory:/job\n4:cpu,cpuacct:/job\n1:name=systemd:/job\n0::/\n',
      '/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us': '400000\n',
      '/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us': '100000\n',
    },
    4,
  ],
  [
    'version 1, a container',
    {
      '/proc/self/cgroup': '3:cpuset:/docker/f00\n2:cpuacct:/docker/f00\n1:cpu:/docker/f00\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '250000\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    },
    2.5,
  ],
  [
    'version 1, no limit',
    {
      '/proc/self/cgroup': '1:cpu:/\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    },
    Number.POSITIVE_INFINITY,
  ],
  [
    'what cannot be read as a number',
    { '/proc/self/cgroup': '0::/\nrubbish\n', '/sys/fs/cgroup/cpu.max': 'many few\n' },
    Number.POSITIVE_INFINITY,
  ],
])('quota: %s', (_, files, wanted) => {
  expect(quota(files)).toBe(wanted);
});

/** A clock of two processors whose every reading is given. */
function clock(...readings: readonly Omit<ProcessorTime, 'processors'>[]) {
  let next = 0;
  return () => ({ processors: 2, ...(readings[next++] as Omit<ProcessorTime, 'processors'>) });
}

test('there is room where others leave a processor to each thread', () => {
  const times = [
    { total: 100, idle: 50, own: 10 },
    // One second: this process took 1.1 of the two processors' seconds, others 0.1.
    { total: 102, idle: 50.8, own: 11.1 },
    // Then others took a whole processor.
    { total: 104, idle: 50.8, own: 12.1 },
    // Too short a time to tell.
    { total: 104.05, idle: 50.85, own: 12.1 },
    { total: 106, idle: 52.7, own: 12.1 },
  ];
  const room = watchForRoom(2, clock(...times));
  expect([room(), room(), room(), room()]).toEqual([true, false, false, true]);
  const single = watchForRoom(1, clock(...times));
  expect([single(), single(), single(), single()]).toEqual([true, true, true, true]);
});

test('there is none before anything is known, or where the system tells nothing', () => {
  const soon = watchForRoom(2, clock({ total: 100, idle: 50, own: 10 }, { total: 100.01, idle: 50.01, own: 10 }));
  expect(soon()).toBe(false);
  const nothing = { processors: 0, total: 0, idle: 0, own: 0 };
  expect(watchForRoom(2, () => nothing)()).toBe(false);
});

test('threads are whole numbers of at least 1', () => {
  for (const threads of [0, 1.5, -1, Number.NaN]) {
    expect(() => createNodeEngine({ threads })).toThrow(
      `Expected a whole number of at least 1 for threads but received ${threads}.`,
    );
  }
  expect(createNodeEngine({ threads: 3 }).traits.threads).toBe(3);
  expect(createNodeEngine().traits).toMatchObject({ device: 'cpu', winograd: true, weightsInModel: false });
});
