import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);

/** `version` of the package.json that is found from `directory` upwards and carries this name. */
function versionAbove(directory: string, name: string): string | undefined {
  for (let folder = directory; ; folder = path.dirname(folder)) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
      if (typeof manifest === 'object' && manifest !== null && 'name' in manifest && manifest.name === name) {
        return 'version' in manifest ? String(manifest.version) : undefined;
      }
    } catch {
      // No package.json here: look further up.
    }
    if (path.dirname(folder) === folder) return undefined;
  }
}

/** Version of exp itself. */
export const expVersion = (): string => versionAbove(import.meta.dirname, 'exp-runner') ?? 'unknown';

/** Version of an installed package, without loading it; undefined when it is not installed. */
export function packageVersion(name: string): string | undefined {
  try {
    return versionAbove(path.dirname(require.resolve(name)), name);
  } catch {
    return undefined;
  }
}
