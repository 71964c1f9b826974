import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {
  bindingVersion,
  type EngineRecord,
  engineFiles,
  engineFolder,
  engineFormat,
  enginesFolder,
  type TensorflowVariant,
} from './layout.js';

/** An engine's folder in the cache. */
export interface InstalledEngine {
  readonly path: string;
  readonly record: EngineRecord;
  /** Why this process cannot load it; undefined when it can. */
  readonly unusable: string | undefined;
}

/** The engine of a variant, when it is whole and this process can load it. */
export function installedEngine(variant: TensorflowVariant): InstalledEngine | undefined {
  const found = readEngine(engineFolder(variant));
  return found?.unusable === undefined ? found : undefined;
}

/** Every whole engine in the cache, those of other machines and versions, too. */
export function installedEngines(): readonly InstalledEngine[] {
  const folder = enginesFolder();
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort()
    .flatMap((name) => readEngine(path.join(folder, name)) ?? []);
}

/** @returns undefined when there is no whole engine */
export function readEngine(folder: string): InstalledEngine | undefined {
  let record: EngineRecord;
  try {
    record = JSON.parse(readFileSync(path.join(folder, engineFiles.record), 'utf8'));
  } catch {
    return undefined;
  }
  return {path: folder, record, unusable: whyUnusable(folder, record)};
}

function whyUnusable(folder: string, record: EngineRecord): string | undefined {
  if (record.format !== engineFormat) return `its folder has format ${record.format}; this exp reads ${engineFormat}`;
  const {platform, arch, nodeApi, binding} = record;
  if (platform !== process.platform || arch !== process.arch)
    return `it is for ${platform} ${arch}, this is ${process.platform} ${process.arch}`;
  if (Number(process.versions.napi) < nodeApi)
    return `it needs Node-API ${nodeApi}; Node.js ${process.versions.node} has ${process.versions.napi}`;
  if (binding !== bindingVersion) return `its binding is of TensorFlow.js ${binding}, this exp uses ${bindingVersion}`;
  const missing = [engineFiles.binding, engineFiles.tensorflow, engineFiles.javascript].find(
    (name) => !existsSync(path.join(folder, name)),
  );
  return missing === undefined ? undefined : `${missing} is gone from its folder`;
}
