import {existsSync} from 'node:fs';
import path from 'node:path';
import {sweepFiles} from './layout.js';

/** Whether a folder is a sweep's; its status and summary do not make it a run. */
export const isSweepFolder = (folder: string): boolean => existsSync(path.join(folder, sweepFiles.plan));
