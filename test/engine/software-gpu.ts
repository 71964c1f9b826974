import {existsSync} from 'node:fs';
import {surveyAdapters} from '../../src/engine/webgpu/adapters.js';

/** Where Chromium lays the software Vulkan device that it brings along, on Debian and elsewhere. */
const swiftShader = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
  '/usr/lib64/chromium-browser/vk_swiftshader_icd.json',
].find((file) => existsSync(file));

/** What programs need to find a WebGPU adapter in tests: the same software on every machine. */
export const softwareGpuEnv: Readonly<Record<string, string>> = swiftShader ? {VK_ICD_FILENAMES: swiftShader} : {};

/** Lets this process use the software device. @returns why there is none, for `skip`; false when there is one */
export async function useSoftwareGpu(): Promise<string | false> {
  Object.assign(process.env, softwareGpuEnv);
  const survey = await surveyAdapters();
  if (!survey.works) return `no WebGPU: ${survey.reason} (${survey.fix})`;
  return survey.adapters.some(({isSoftware}) => isSoftware) ? false : 'no software adapter (SwiftShader of Chromium)';
}
