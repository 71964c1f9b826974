import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import t from 'tap';
import {describeEnvironment, maskSecrets} from '../../src/runs/environment.js';
import {collectGit, noCommit} from '../../src/runs/git.js';

const session = {engine: 'eager', device: 'cpu'};

t.test('secrets stay out of the record', async (t) => {
  t.equal(maskSecrets('training.epochs=3'), 'training.epochs=3');
  t.equal(maskSecrets('data.source.token=abc=def'), 'data.source.token=***');
  t.equal(maskSecrets('--api-key=abc'), '--api-key=***');
  t.equal(maskSecrets('AWS_SECRET=abc'), 'AWS_SECRET=***');
  t.equal(maskSecrets('url=https://me:pw@host/x?y=1'), 'url=https://***@host/x?y=1');
  t.equal(
    maskSecrets('data.source.path={url: "https://h/x?a=1&X-Amz-Signature=abc&sig=d#e"}'),
    'data.source.path={url: "https://h/x?a=1&X-Amz-Signature=***&sig=***#e"}',
  );
  t.equal(maskSecrets('training.optimizer={type: adam}'), 'training.optimizer={type: adam}');
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
  t.match(
    await collectGit(repository),
    {commit: noCommit, branch: 'trunk', untracked: ['a.txt']},
    'before the first commit',
  );
  git('add', '.');
  t.match((await collectGit(repository))?.diff, /^\+one$/m, 'what is to be committed');
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
  t.match(await collectGit(shallow), {commit, dirty: false, isShallow: true, remote: `file://${repository}`});
  const remotes = {
    'https://me:s3cret@example.org/team/x.git': 'https://example.org/team/x.git',
    'https://s3cret@example.org:8443/x?token=s3cret': 'https://example.org:8443/x',
    'git@example.org:team/x.git': 'git@example.org:team/x.git',
  };
  for (const [url, kept] of Object.entries(remotes)) {
    execFileSync('git', ['-C', shallow, 'remote', 'set-url', 'origin', url]);
    t.equal((await collectGit(shallow))?.remote, kept);
  }
  const bare = path.join(repository, 'bare.git');
  git('clone', '--quiet', '--bare', `file://${repository}`, bare);
  t.equal(await collectGit(bare), undefined, 'a bare repository has no files');
  const outer = path.join(repository, 'outer');
  execFileSync('git', ['init', '--quiet', outer]);
  const add = ['-c', 'protocol.file.allow=always', 'submodule', 'add', '--quiet', `file://${repository}`, 'inner'];
  execFileSync('git', ['-C', outer, ...add]);
  execFileSync('git', [
    '-C',
    outer,
    '-c',
    'user.name=x',
    '-c',
    'user.email=x@y',
    'commit',
    '--quiet',
    '--message',
    'one',
  ]);
  writeFileSync(path.join(outer, 'inner', 'a.txt'), 'inside\n');
  t.match((await collectGit(outer))?.diff, /^\+inside$/m, 'changes inside a submodule');
  process.env.GIT_DIR = path.join(shallow, '.git');
  t.match(await collectGit(outer), {dirty: true, isShallow: undefined}, "a hook's variables are passed over");
  delete process.env.GIT_DIR;

  writeFileSync(path.join(repository, 'a.txt'), 'x'.repeat(79).concat('\n').repeat(100_000));
  const {diff = ''} = (await collectGit(repository)) ?? {};
  t.ok(diff.length < 5.3e6, 'an enormous diff is cut');
  t.match(diff.slice(-200), /# cut here by exp: the first 5242880 bytes are kept/);
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
