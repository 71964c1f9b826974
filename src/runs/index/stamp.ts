import {type Stats, statSync} from 'node:fs';
import {type RunFile, runFiles} from '../layout.js';
import {isSweepFolder} from '../sweep/is-sweep-folder.js';

/** Everything that an index repeats of a run comes out of these files. */
const stamped = ['status', 'summary', 'metrics', 'resolved', 'labels'] as const satisfies readonly RunFile[];

/** Any of these makes a folder a run. */
const telling = 3;

/** Which content the files of a run have, without reading them. */
export interface Stamp {
  /** Inode, size, time of the last change of content and of the file itself, file by file. Equal text means equal content. */
  readonly text: string;
  /** Milliseconds since 1970 of the latest of these changes. */
  readonly changedAt: number;
}

/** The stamp of a run folder; undefined for any other, a sweep's too, which never has metrics of its own. A folder that must not be looked into throws as the file system does. */
export function stampOf(folder: string): Stamp | undefined {
  let text = '';
  let changedAt = 0;
  let isRun = false;
  for (const [index, file] of stamped.entries()) {
    const stats: Stats | undefined = statSync(`${folder}/${runFiles[file]}`, {throwIfNoEntry: false});
    if (stats) {
      const {ino, size, mtimeMs, ctimeMs} = stats;
      text += `${ino},${size},${mtimeMs},${ctimeMs} `;
      if (mtimeMs > changedAt) changedAt = mtimeMs;
      if (ctimeMs > changedAt) changedAt = ctimeMs;
      isRun ||= index < telling;
    } else if (index === telling - 1 && (!isRun || isSweepFolder(folder))) return undefined;
    else text += '- ';
  }
  return {text, changedAt};
}
