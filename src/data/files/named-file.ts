import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import path from 'node:path';
import {ExpError} from '../../support/errors.js';
import type {SourceContext} from '../sources/definition.js';
import {download} from './download.js';
import {displayPath, resolveDataPath} from './paths.js';
import {sizeOfFile} from './read.js';

/** A file that anybody finds at one address, unchanged for years. */
export interface NamedFile {
  /** As it is called when it is downloaded. */
  readonly name: string;
  readonly url: string;
  /** Of the file as downloaded, lower case. */
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * The absolute path of a file, its content checked.
 * @param folder where the spec says that it lies; it is downloaded into the cache when undefined
 * @throws ExpError DATA_MISSING, DATA_INVALID
 */
export async function locateNamed(
  file: NamedFile,
  folder: string | undefined,
  context: SourceContext,
): Promise<string> {
  if (folder === undefined) {
    const elsewhere = `or fetch it by other means and write the folder that it lies in: data.source.path`;
    return download(file.url, file.sha256, {onProgress: context.onDownload, elsewhere, maxBytes: file.bytes});
  }
  const found = await findNamed(file, folder, context);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(found)) hash.update(chunk as Buffer);
  const sha256 = hash.digest('hex');
  if (sha256 !== file.sha256) throw another(file, found, `SHA-256 ${sha256}; expected ${file.sha256}`);
  return found;
}

/** Whether the files that a spec says it has are there, by name and size. @throws ExpError DATA_MISSING, DATA_INVALID */
export async function checkNamed(files: readonly NamedFile[], folder: string, context: SourceContext): Promise<void> {
  for (const file of files) await findNamed(file, folder, context);
}

async function findNamed(file: NamedFile, folder: string, {baseDir}: SourceContext): Promise<string> {
  try {
    const found = await resolveDataPath(path.join(folder, file.name), baseDir);
    const bytes = await sizeOfFile(found);
    if (bytes !== file.bytes) throw another(file, found, `${bytes} bytes; expected ${file.bytes}`);
    return found;
  } catch (error) {
    if (!(error instanceof ExpError) || error.code !== 'DATA_MISSING') throw error;
    throw new ExpError('DATA_MISSING', error.message, `it comes from ${file.url}, and keeps its name`, {cause: error});
  }
}

const another = ({name, url}: NamedFile, found: string, what: string): ExpError =>
  new ExpError(
    'DATA_INVALID',
    `${displayPath(found)} is not the ${name} of ${new URL(url).host}: ${what}`,
    `fetch it again from ${url}`,
  );
