/** Makes the file that ships of a checkpoint: `node dist/training/export.js --checkpoint <file> --out <file>`. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { toNetwork } from '#dist/core/networks/formats/canonical.js';
import { readNetworkFile } from '#dist/core/networks/formats/read.js';
import { writeSafetensors } from '#dist/core/networks/formats/safetensors.js';
import { pooledIn, VGG_MEAN } from '#dist/core/networks/network.js';
import { writeAtomically } from '#dist/node/files/atomic.js';
import { calibrated, costChannels } from './calibrate.js';
import { loadCheckpoint } from './checkpoint.js';

const HELP = `Usage: node dist/training/export.js --checkpoint <file> --out <file> [--name <name>]

Writes a network as float16 safetensors, its costs calibrated to those of the network that it learned from.
`;

/** What the package has room for. */
const MOST_BYTES = 6_000_000;

const { values: flags } = parseArgs({
  options: {
    checkpoint: { type: 'string' },
    out: { type: 'string' },
    name: { type: 'string', default: 'pocket' },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help || !flags.checkpoint || !flags.out) {
  console.log(HELP);
  process.exit(flags.help ? 0 : 2);
}

const { state, run } = await loadCheckpoint(flags.checkpoint);
const tensors = calibrated(state.student);
const pooled = pooledIn(state.student);
const metadata = {
  name: flags.name,
  title: 'Pocket network, distilled from VGG-19 by Giverny',
  licence: 'CC BY 4.0',
  attribution:
    'Giverny, distilled from VGG-19 by the Visual Geometry Group, University of Oxford (Simonyan & Zisserman 2015), CC BY 4.0',
  training: `${state.step} steps of crops of ${run.settings.sizePx} px, initialised from VGG-19; see training/README.md`,
  mean: VGG_MEAN.join(','),
  ...(pooled && { pooled: pooled.join(',') }),
  costChannels: JSON.stringify(costChannels(state.student)),
};
// Written once to learn the hash of the rounded numbers, and again to state it: readers check it.
const unstated = writeSafetensors(tensors, metadata, 'F16');
const { hash } = await toNetwork(flags.name, await readNetworkFile(flags.out, unstated));
const bytes = writeSafetensors(tensors, { ...metadata, hash }, 'F16');
await writeAtomically(flags.out, bytes);
const size = `${(bytes.length / 1e6).toFixed(2)} MB`;
console.log(
  `${flags.out}: ${size} after ${state.step} steps (${(100 * run.share).toFixed(0)} % of training), hash ${hash}`,
);
if (bytes.length > MOST_BYTES) {
  console.error(`Expected at most ${MOST_BYTES / 1e6} MB for the package but the file has ${size}.`);
  process.exitCode = 1;
}
