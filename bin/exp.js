#!/usr/bin/env node
import module from 'node:module';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 11)) {
  process.stderr.write(`error: exp needs Node.js 20.11 or newer; this is ${process.versions.node}\n`);
  process.exit(1);
}

// From Node.js 22.1 on, compiled code is kept between starts.
module.enableCompileCache?.();

const {execute} = await import('../dist/cli.js');
await execute({dir: import.meta.url});
