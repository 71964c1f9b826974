import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import t from 'tap';
import {describeEnvironment, maskSecrets} from '../../src/runs/environment.js';
import {collectGit} from '../../src/runs/git.js';

const session = {engine: 'eager', device: 'cpu'};

t.test('secrets stay out of the record', async (t) => {
  t.equal(maskSecrets('training.epochs=3'), 'training.epochs=3');
  t.equal(maskSecrets('data.source.token=abc=def'), 'data.source.token=***');
  t.equal(maskSecrets('--api-key=abc'), '--api-key=***');
  t.equal(maskSecrets('AWS_SECRET=abc'), 'AWS_SECRET=***');
  t.equal(maskSecrets('url=https://me:pw@host/x?y=1'), 'url=https://***@host/x?y=1');
  process.env.EXP_TEST_SECRET = 'do-not-write-this';
  process.env.GITHUB_TOKEN = 'nor-this';
  process.env.CUDA_VISIBLE_DEVICES = '0';
  t.teardown(() => {
    for (const name of ['EXP_TEST_SECRET', 'GITHUB_TOKEN', 'CUDA_VISIBLE_DEVICES']) delete process.env[name];
  });
  const environment = describeEnvironment(session, undefined, 'x.yaml');
  t.notMatch(JSON.stringify(environment), /do-not-write-this|nor-this/);
  t.equal(environment.variables.CUDA_VISIBLE_DEVICES, '0');
});

t.test('versions and the machine', async (t) => {
  const environment = describeEnvironment(session, undefined, 'x.yaml');
  t.match(environment, {
    exp: /^\d+\.\d+\.\d+/,
    node: process.version,
    packages: {'@tensorflow/tfjs-core': '4.22.0', 'onnxruntime-node': '1.30.0'},
    os: {platform: process.platform, arch: process.arch},
    engine: 'eager',
    git: null,
  });
});

const hasGit = (() => {
  try {
    execFileSync('git', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

t.test('git', {skip: hasGit ? false : 'git is not installed'}, async (t) => {
  const repository = t.testdir({'a.txt': 'one\n'});
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=x', '-c', 'user.email=x@y', ...args], {
      encoding: 'utf8',
    }).trim();
  git('init', '--quiet', '--initial-branch', 'trunk');
  t.equal(await collectGit(repository), undefined, 'before the first commit');
  git('add', '.');
  git('commit', '--quiet', '--message', 'one');
  const commit = git('rev-parse', 'HEAD');
  t.strictSame(await collectGit(repository), {commit, branch: 'trunk', dirty: false});

  writeFileSync(path.join(repository, 'a.txt'), 'two\n');
  writeFileSync(path.join(repository, 'new file.txt'), '');
  const before = readdirSync(path.join(repository, '.git')).sort();
  const facts = await collectGit(repository);
  t.match(facts, {commit, branch: 'trunk', dirty: true, untracked: ['new file.txt']});
  t.match(facts?.diff, /^-one\n\+two$/m);
  t.strictSame(readdirSync(path.join(repository, '.git')).sort(), before, 'looking leaves no lock behind');

  git('checkout', '--quiet', '--force', '--detach');
  t.match(await collectGit(repository), {commit, branch: undefined});
  const shallow = path.join(repository, 'shallow');
  git('clone', '--quiet', '--depth', '1', `file://${repository}`, shallow);
  t.match(await collectGit(shallow), {commit, dirty: false});

  writeFileSync(path.join(repository, 'a.txt'), 'x'.repeat(79).concat('\n').repeat(100_000));
  const {diff = ''} = (await collectGit(repository)) ?? {};
  t.ok(diff.length < 5.3e6, 'an enormous diff is cut');
  t.match(diff.slice(-200), /# cut here by exp: the whole diff has 8\d{6} bytes/);
});

t.test('without git, or outside a repository', async (t) => {
  const outside = t.testdir();
  const isInsideRepository = existsSync(path.join(tmpdir(), '.git'));
  const path_ = process.env.PATH;
  process.env.GIT_CEILING_DIRECTORIES = path.dirname(outside);
  t.teardown(() => {
    process.env.PATH = path_;
    delete process.env.GIT_CEILING_DIRECTORIES;
  });
  if (!isInsideRepository) t.equal(await collectGit(outside), undefined);
  process.env.PATH = outside;
  t.equal(await collectGit(process.cwd()), undefined);
});
