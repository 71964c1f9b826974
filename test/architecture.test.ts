import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {findCycles, findForbiddenEdges, readRoomOrder, readSources, roomOf} from './architecture/import-graph.js';

const root = path.resolve(import.meta.dirname, '..');
const architecture = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8');

t.test('src keeps to the order of rooms in docs/architecture.md', async (t) => {
  const order = readRoomOrder(architecture);
  const sources = readSources(path.join(root, 'src'));
  const rooms = readdirSync(path.join(root, 'src'), {withFileTypes: true}).filter((entry) => entry.isDirectory());
  t.same(rooms.map((room) => room.name).sort(), [...order].sort(), 'the table lists every room and no other');
  t.ok(sources.length > 50, 'the sources were found');
  t.same(findForbiddenEdges(sources, order), []);
  t.same(findCycles(sources), []);
});

t.test('Math.random is read in src/support only', async (t) => {
  const offenders = readSources(path.join(root, 'src'))
    .filter((source) => roomOf(source.path) !== 'support')
    .flatMap((source) => source.mathRandomLines.map((line) => `src/${source.path}:${line}`));
  t.same(offenders, []);
});

t.test('no source file is longer than 400 lines', async (t) => {
  const long = readSources(path.join(root, 'src'))
    .map((source) => source.path)
    .filter((file) => readFileSync(path.join(root, 'src', file), 'utf8').split('\n').length > 401);
  t.same(long, []);
});

t.test('the files that docs/architecture.md names exist', async (t) => {
  const rows = [...architecture.matchAll(/^\| `([a-z]+)` \|.*\| `([a-z/-]+\.ts)` \|$/gm)];
  t.equal(rows.length, readRoomOrder(architecture).length);
  for (const [, room, file] of rows) t.ok(existsSync(path.join(root, 'src', room!, file!)), `src/${room}/${file}`);
});

t.test('the checker sees what it is there to see', async (t) => {
  const order = ['support', 'data', 'model'];
  const check = (files: Record<string, Record<string, string> | string>) => readSources(t.testdir(files));

  t.test('an import against the order, however it is written', async (t) => {
    for (const statement of [
      `import {x} from '../model/x.js';`,
      `import type {X} from '../model/x.js';`,
      `export * from '../model/x.js';`,
      `const x = await import('../model/x.js');`,
      `let x: import('../model/x.js').X;`,
    ]) {
      const sources = check({data: {'a.ts': statement}, model: {'x.ts': 'export const x = 1;'}});
      t.same(
        findForbiddenEdges(sources, order),
        ['data/a.ts imports model/x.ts: data may not import model'],
        statement,
      );
    }
  });

  t.test('imports in the order, and from its own room, are fine', async (t) => {
    const sources = check({
      'index.ts': `export * from './model/b.js';`,
      data: {'x.ts': ''},
      model: {'a.ts': `import '../data/x.js';`, 'b.ts': `import './a.js';`},
    });
    t.same(findForbiddenEdges(sources, order), []);
    t.same(findCycles(sources), []);
  });

  t.test('the public API, unknown rooms, and files that are not there', async (t) => {
    const sources = check({
      'index.ts': '',
      attic: {'a.ts': ''},
      data: {'a.ts': `import '../index.js'; import './gone.js';`},
    });
    t.same([...findForbiddenEdges(sources, order)].sort(), [
      'attic/a.ts is in a room that the table lacks',
      'data/a.ts imports data/gone.ts, which does not exist',
      'data/a.ts imports index.ts: data may not import the public API',
    ]);
  });

  t.test('a cycle of three, types included', async (t) => {
    const sources = check({
      data: {
        'a.ts': `import type {B} from './b.js';`,
        'b.ts': `import './c.js';`,
        'c.ts': `export {a} from './a.js';`,
      },
    });
    t.same(findCycles(sources), ['data/a.ts → data/b.ts → data/c.ts → data/a.ts']);
  });

  t.test('Math.random in code, not in a comment', async (t) => {
    const sources = check({data: {'a.ts': '// not Math.random\nconst x = Math.random();\nconst f = Math.random;\n'}});
    t.same(sources[0]?.mathRandomLines, [2, 3]);
  });

  t.test('the table of rooms', async (t) => {
    t.same(readRoomOrder('| room | does |\n|---|---|\n| `support` | x |\n| `data` | y |\n'), ['support', 'data']);
  });
});
