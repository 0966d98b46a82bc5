/** SwiftShader computes Vulkan, and with it WebGPU, on the CPU; Debian's chromium brings it. */
import { existsSync } from 'node:fs';

const ICD = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** The environment in which it is the only graphics device; undefined where it is not installed. */
export const SWIFTSHADER: Readonly<Record<string, string>> | undefined =
  process.platform === 'linux' && existsSync(ICD) ? { VK_DRIVER_FILES: ICD, VK_ICD_FILENAMES: ICD } : undefined;
if (!SWIFTSHADER) console.warn(`Tests on SwiftShader are skipped: they want ${ICD}, of Debian's package chromium.`);
