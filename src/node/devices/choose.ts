/** Which device computes, and the engine for it. */
import process from 'node:process';
import type { Device, DeviceChoice, GraphicsDevice } from '../../core/devices.js';
import type { Engine } from '../../core/graph/engine.js';
import { fallingBack } from '../../core/graph/falling-back.js';
import { createNodeEngine } from '../../engines/node.js';
import { MissingDevice, notInBuild } from '../../engines/runtime.js';
import { graphicsCards, remember, remembered } from './remembered.js';
import { type Trial, tryDevice } from './trial.js';

/** A device has to be faster than the CPU by this factor to be taken by itself. */
const WORTH_WHILE = 1.25;

/** How many times as fast as the CPU; 0 where that is unknown or does not count. */
export function speedOf({ reason, isSoftware, step }: Trial): number {
  return reason === undefined && !isSoftware && step ? step.cpuSeconds / step.seconds : 0;
}

export interface ChoiceSettings {
  /** Hears sentences for people, such as that a device is tried, which takes seconds. */
  readonly tell?: ((sentence: string) => void) | undefined;
}

/**
 * The device that a choice means on this machine. 'auto' tries each graphics device once and remembers what it found;
 * another is tried in a process of its own where it has not been seen to work.
 *
 * @throws GivernyError DEVICE_MISSING where a device was asked for and is not there.
 */
export async function chooseDevice(choice: DeviceChoice, { tell }: ChoiceSettings = {}): Promise<Device> {
  if (choice === 'cpu') return 'cpu';
  if (choice !== 'auto') {
    const reason = notInBuild(choice) ?? (await whyNot(choice));
    if (reason !== undefined) throw new MissingDevice(choice, reason);
    return choice;
  }
  let best: { device: Device; speed: number } = { device: 'cpu', speed: WORTH_WHILE };
  for (const device of candidates()) {
    const speed = speedOf(remembered(device) ?? (await tryOnce(device, tell)));
    if (speed > best.speed) best = { device, speed };
  }
  return best.device;
}

/** Graphics devices that may be faster here, in the order in which they are tried. */
function candidates(): GraphicsDevice[] {
  // Without a card nothing is faster than the CPU.
  if (process.platform === 'linux' && graphicsCards().length === 0) return [];
  return (['cuda', 'directml', 'webgpu', 'coreml'] as const).filter((device) => notInBuild(device) === undefined);
}

async function tryOnce(device: GraphicsDevice, tell: ChoiceSettings['tell']): Promise<Trial> {
  tell?.(`Trying ${device} once, to see whether it is faster than the CPU ...`);
  const trial = await tryDevice(device, 'steps');
  await remember(device, trial);
  if (trial.reason !== undefined) tell?.(`The device ${device} cannot be used: ${trial.reason}. The CPU paints.`);
  return trial;
}

/** Why a device that was asked for does not work; undefined where it does. Drivers come and go: failures are tried again. */
async function whyNot(device: GraphicsDevice): Promise<string | undefined> {
  const known = remembered(device);
  if (known && known.reason === undefined) return undefined;
  return (await tryDevice(device, 'load')).reason;
}

export interface EngineSettings extends ChoiceSettings {
  /** Of the CPU. Default: as many as the process may use. */
  readonly threads?: number | undefined;
}

/**
 * The engine of a device. The one that 'auto' chose goes over to the CPU where its device fails.
 *
 * @throws GivernyError as chooseDevice and createNodeEngine.
 */
export async function openEngine(choice: DeviceChoice, { threads, ...settings }: EngineSettings = {}): Promise<Engine> {
  const on = (device: Device) => createNodeEngine(threads === undefined ? { device } : { device, threads });
  const device = await chooseDevice(choice, settings);
  if (choice !== 'auto' || device === 'cpu') return on(device);
  return fallingBack(on(device), () => on('cpu'));
}
