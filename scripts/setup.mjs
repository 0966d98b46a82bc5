// Makes a clone ready to run, with --studio the web page, too; --clean builds anew, --quiet says less.
import process from 'node:process';
import { setUp } from './set-up.mjs';

const asked = (flag) => process.argv.includes(flag);
setUp({ quiet: asked('--quiet'), studio: asked('--studio'), clean: asked('--clean') });
