/** The devices of this machine, each tried anew. */
import { DEVICES, type Device, type GraphicsDevice } from '../../core/devices.js';
import { availableThreads } from '../../engines/processors.js';
import { notInBuild } from '../../engines/runtime.js';
import { chooseDevice } from './choose.js';
import { remember } from './remembered.js';
import { type Trial, tryDevice } from './trial.js';

export interface ListedDevice extends Trial {
  readonly device: Device;
  /** Of the CPU. */
  readonly threads?: number;
}

export interface DeviceList {
  readonly devices: readonly ListedDevice[];
  /** What 'auto' takes from now on. */
  readonly auto: Device;
}

const GRAPHICS = DEVICES.filter((device): device is GraphicsDevice => device !== 'auto' && device !== 'cpu');

/**
 * Tries every device one after the other and remembers what it found.
 *
 * @param onTry hears before a device is tried, which takes seconds, or minutes where it is slow.
 * @throws GivernyError ENGINE_FAILED where the runtime is missing.
 */
export async function listDevices(onTry: (device: Device) => void = () => {}): Promise<DeviceList> {
  onTry('cpu');
  const cpu = await tryDevice('cpu', 'steps');
  const devices: ListedDevice[] = [{ device: 'cpu', threads: availableThreads(), ...cpu }];
  for (const device of GRAPHICS) {
    const reason = notInBuild(device);
    if (reason !== undefined) {
      devices.push({ device, reason });
      continue;
    }
    onTry(device);
    const trial = await tryDevice(device, 'steps');
    await remember(device, trial);
    devices.push({ device, ...trial });
  }
  return { devices, auto: await chooseDevice('auto') };
}
