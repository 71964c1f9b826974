import {type Static, Type} from '@sinclair/typebox';
import type {SourceContext} from '../sources/definition.js';
import {download} from './download.js';
import {resolveDataPath} from './paths.js';

/** An argument that names a file: a path, or a URL with its checksum. */
export const dataFile = (description: string) =>
  Type.Union(
    [
      Type.String({minLength: 1, 'x-path': true}),
      Type.Object(
        {
          url: Type.String({
            pattern: '^https?://(?![^/?#]*@)',
            'x-expected': 'an address that starts with http:// or https://, without user name and password',
            description: 'Where to download it: http:// or https://.',
          }),
          sha256: Type.String({
            pattern: '^[0-9a-fA-F]{64}$',
            'x-expected': '64 hexadecimal digits',
            description: 'SHA-256 of the file as downloaded, 64 hexadecimal digits.',
          }),
        },
        {additionalProperties: false},
      ),
    ],
    {
      'x-expected': 'a path, or {url, sha256}',
      description: `${description} A path, or {url, sha256} to download it once into the cache (EXP_CACHE_DIR).`,
    },
  );

/** A path as written, or what to download. */
export type FileRef = Static<ReturnType<typeof dataFile>>;

/** The absolute path of a file that a spec names, downloaded if need be. @throws ExpError DATA_MISSING, DATA_INVALID */
export async function locateFile(ref: FileRef, context: SourceContext): Promise<string> {
  if (typeof ref === 'string') return resolveDataPath(ref, context.baseDir);
  return download(ref.url, ref.sha256.toLowerCase(), {onProgress: context.onDownload});
}
