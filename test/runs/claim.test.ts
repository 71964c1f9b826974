import {spawn, spawnSync} from 'node:child_process';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {hostname} from 'node:os';
import path from 'node:path';
import t from 'tap';
import {isAlive, processIdentity, thisProcess} from '../../src/runs/alive.js';
import {claim} from '../../src/runs/claim.js';

const resume = (numBefore: number) => ({name: 'resume', numBefore}) as const;

t.test('one at a time, and nothing is left over', async (t) => {
  const folder = t.testdir();
  const first = claim(folder, resume(0));
  t.strictSame(readdirSync(folder), ['resume-1.claim']);
  t.throws(() => claim(folder, resume(0)), {
    code: 'RUN_ALIVE',
    message: `${folder} is being resumed by another process (process ${process.pid} on ${hostname()})`,
  });
  const other = claim(folder, {name: 'group', numBefore: 0});
  first.release();
  first.release();
  const second = claim(folder, resume(1));
  t.strictSame(readdirSync(folder), ['group-1.claim', 'resume-2.claim']);
  second.release();
  other.release();
  t.strictSame(readdirSync(folder), []);
});

t.test('the claim of a process that died is passed over, and removed', async (t) => {
  const folder = t.testdir();
  const gone = spawnSync(process.execPath, ['-e', '0']).pid;
  const file = path.join(folder, 'resume-1.claim');
  writeFileSync(file, JSON.stringify({pid: gone, host: hostname(), heartbeatAt: new Date().toISOString()}));
  const own = claim(folder, resume(0));
  t.strictSame(readdirSync(folder), ['resume-1.claim', 'resume-2.claim']);
  own.release();
  t.strictSame(readdirSync(folder), []);
});

t.test('many processes at once: one holds it', async (t) => {
  const folder = t.testdir();
  const source = new URL('../../src/runs/claim.ts', import.meta.url).href;
  const program = `
    import {claim} from ${JSON.stringify(source)};
    try {
      claim(process.argv[1], {name: 'resume', numBefore: 0});
      console.log('held');
    } catch (error) {
      console.log(error.code);
    }
    setTimeout(() => {}, 3000);`;
  const told = await Promise.all(
    [1, 2, 3, 4].map(
      () =>
        new Promise<string>((resolve) => {
          const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program, folder]);
          t.teardown(() => child.kill('SIGKILL'));
          child.stdout.on('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
        }),
    ),
  );
  t.strictSame(told.sort(), ['RUN_ALIVE', 'RUN_ALIVE', 'RUN_ALIVE', 'held']);
});

t.test('who is alive', async (t) => {
  const heartbeatAt = new Date().toISOString();
  const self = {...thisProcess(), heartbeatAt};
  t.ok(isAlive(self));
  const long = new Date(Date.now() - 86_400_000).toISOString();
  t.ok(isAlive({...self, heartbeatAt: long}), 'a process that was paused for a day');
  t.ok(isAlive({pid: 1, host: hostname(), heartbeatAt}), 'another user may own it');
  t.notOk(isAlive({...self, pid: spawnSync(process.execPath, ['-e', '0']).pid}));
  if (process.platform === 'linux') {
    t.match(processIdentity(process.pid), /^[0-9a-f-]{36}:\d+$/);
    t.not(processIdentity(process.pid), processIdentity(1));
    t.notOk(isAlive({...self, process: 'an earlier boot:17'}), 'its number was given to another process');
    const name = path.join(t.testdir(), 'a) b (c');
    writeFileSync(name, readFileSync(process.execPath), {mode: 0o755});
    const child = spawn(name, ['-e', 'setTimeout(() => {}, 5000)']);
    t.teardown(() => child.kill('SIGKILL'));
    t.match(processIdentity(child.pid!), /:\d+$/, 'whatever the program is called');
  }
  t.equal(processIdentity(999_999_999), undefined);
  const elsewhere = {...self, host: 'elsewhere'};
  t.ok(isAlive(elsewhere));
  t.ok(isAlive({...elsewhere, heartbeatAt: new Date(Date.now() + 60_000).toISOString()}), 'a clock that is ahead');
  t.notOk(isAlive({...elsewhere, heartbeatAt: long}));
  t.notOk(
    isAlive({...elsewhere, heartbeatAt: new Date(Date.now() + 86_400_000).toISOString()}),
    'a clock that was set back',
  );
  t.notOk(isAlive({...elsewhere, heartbeatAt: 'never'}));
});
