// Makes a clone ready to run, with --studio the web page, too; --quiet says less.
import process from 'node:process';
import { setUp } from './set-up.mjs';

setUp({ quiet: process.argv.includes('--quiet'), studio: process.argv.includes('--studio') });
