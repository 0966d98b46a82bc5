// The command from a clone, made ready first where need be: `npm run giverny -- <arguments>`.
import process from 'node:process';
import { setUp } from './set-up.mjs';

setUp({ quiet: true, studio: process.argv[2] === 'studio' });
await import('../dist/cli/main.js');
