import t from 'tap';
import type {Problem} from '../../src/spec/diagnostic.js';
import {fillEnvironment} from '../../src/spec/fill-environment.js';
import {plainOf} from '../../src/spec/located.js';
import {readYaml} from '../../src/spec/read-yaml.js';
import {resolveReferences} from '../../src/spec/references.js';
import {SourceFile} from '../../src/spec/source.js';

const env = {COUNT: '3', WORD: 'a${b}', API_TOKEN: 'do-not-tell'};
const text = `count: \${env:COUNT}
standard: \${env:NONE:-0.5}
word: \${env:WORD}
inside: "x \${env:WORD} \${count} $\${count}"
other: \${count}
secret: \${env:API_TOKEN}
`;

t.test('variables are read, other references stay, secrets are named', async (t) => {
  const problems: Problem[] = [];
  const filled = fillEnvironment(readYaml(new SourceFile('a.yaml', text, 'spec'), problems)!, env, problems);
  t.same(problems, []);
  t.same(plainOf(filled), {
    count: 3,
    standard: 0.5,
    word: 'a$${b}',
    inside: 'x a$${b} ${count} $${count}',
    other: '${count}',
    secret: '${secret:API_TOKEN}',
  });
  t.same(
    plainOf(resolveReferences(filled, env, problems)),
    {count: 3, standard: 0.5, word: 'a${b}', inside: 'x a${b} 3 ${count}', other: 3, secret: 'do-not-tell'},
    'what is resolved afterwards is what would have been resolved at once',
  );
  t.same(problems, []);
});

t.test('a variable that is not set', async (t) => {
  const problems: Problem[] = [];
  const source = new SourceFile('a.yaml', 'a: ["${env:NONE}"]\n', 'spec');
  fillEnvironment(readYaml(source, problems)!, env, problems);
  t.match(problems, [{path: ['a', 0], message: 'the environment variable NONE is not set'}]);
});
