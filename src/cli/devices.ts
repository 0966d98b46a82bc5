/** `giverny devices`: what can compute paintings here, why other devices cannot, and how long a step takes on each. */
import process from 'node:process';
import { Command } from 'commander';
import { printable, printableJson } from '../core/errors.js';
import type { ListedDevice } from '../node/devices/list.js';
import type { Timed } from '../node/devices/trial.js';

export function devicesCommand(): Command {
  return new Command('devices')
    .description(
      'Tries everything that --device names, in processes of their own, and times a step of the network inside the package on each. What it finds is remembered for --device auto.',
    )
    .option('--json', 'print JSON')
    .action(devices);
}

async function devices({ json }: { json?: boolean }): Promise<void> {
  const { listDevices } = await import('../node/devices/list.js');
  const { devices, auto } = await listDevices((device) => {
    if (!json) process.stderr.write(`Trying ${device} ...\n`);
  });
  if (json) {
    process.stdout.write(`${printableJson({ devices, auto }, 2)}\n`);
    return;
  }
  for (const listed of devices) process.stdout.write(`${listed.device.padEnd(9)} ${told(listed)}\n`);
  process.stdout.write(`--device auto takes ${auto}.\n`);
}

const SIZE = '320x240';

function told({ device, threads, reason, driver, isSoftware, first, step }: ListedDevice): string {
  if (device === 'cpu' && step) {
    return `${threads === 1 ? '1 thread' : `${threads} threads`}; a step at ${SIZE}: ${seconds(step.seconds)}`;
  }
  if (reason !== undefined) return `not here: ${printable(reason)}`;
  const name = driver ?? 'works';
  const note = isSoftware ? ', a program on the CPU that auto never takes' : '';
  if (step) return `${name}${note}; a step at ${SIZE}: ${compared(step)}`;
  if (first) return `${name}${note}; too slow for a whole step: a small graph takes ${compared(first)}`;
  return `${name}${note}; too slow to be timed within two minutes`;
}

function compared({ seconds: own, cpuSeconds }: Timed): string {
  const [times, than] = own < cpuSeconds ? [cpuSeconds / own, 'as fast as'] : [own / cpuSeconds, 'as long as'];
  return `${seconds(own)}, ${Number(times.toPrecision(2))} times ${than} the CPU`;
}

const seconds = (value: number) => `${Number(value.toPrecision(2))} s`;
