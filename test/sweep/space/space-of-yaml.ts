import type {Problem} from '../../../src/spec/diagnostic.js';
import {readYaml} from '../../../src/spec/read-yaml.js';
import {SourceFile} from '../../../src/spec/source.js';
import {composeSweep} from '../../../src/sweep/compose.js';
import type {SweepSpace} from '../../../src/sweep/space/sweep-space.js';

/** Parameters, a line of YAML each, and other keys of a sweep. */
export type SpaceLines = readonly (string | {readonly constraints?: readonly string[]})[];

/** The text of a sweep of bad/base.yaml. */
export function sweepText(...lines: SpaceLines): string {
  const parameters = lines.filter((line) => typeof line === 'string').map((line) => `  ${line}`);
  const constraints = lines.flatMap((line) => (typeof line === 'string' ? [] : (line.constraints ?? [])));
  return [
    'name: space',
    'experiment: base.yaml',
    'metric: val_loss',
    `constraints: ${JSON.stringify(constraints)}`,
    'parameters:',
    ...parameters,
    '',
  ].join('\n');
}

/** The space of a sweep of bad/base.yaml. @throws SpecError */
export async function spaceOfYaml(...lines: SpaceLines): Promise<SweepSpace> {
  const path = `${process.cwd()}/test/sweep/bad/space.yaml`;
  const source = new SourceFile('space.yaml', sweepText(...lines), 'spec', path);
  const problems: Problem[] = [];
  const root = readYaml(source, problems)!;
  return (await composeSweep({root, source, path}, {}, problems)).space;
}
