import t from 'tap';
import {renderWords} from '../../src/report/words.js';
import {ExpError} from '../../src/support/errors.js';
import {allWordKinds} from '../../src/sweep/vocabulary.js';

/** The hint of the error that asking for a word ends in. */
function hintFor(kindOrName: string, name?: string): string | undefined {
  try {
    renderWords(kindOrName, name, {json: false}, allWordKinds);
  } catch (error) {
    if (error instanceof ExpError) return error.hint;
    throw error;
  }
  return undefined;
}

t.test('who asks for a word of another framework is told what to write', async (t) => {
  const nesterov = 'write {type: sgd, momentum: 0.9, nesterov: true}';
  t.equal(hintFor('nesterov'), nesterov);
  t.equal(hintFor('optimizers', 'nesterov'), nesterov);
  t.equal(hintFor('torch.optim.lr_scheduler.CosineAnnealingLR'), 'write {type: cosine}');
  t.equal(hintFor('torch.optim.AdamW'), 'did you mean `adamw`?');
  t.match(hintFor('schedules', 'LambdaLR'), /a spec holds no code/);
  t.match(hintFor('layer', 'InstanceNorm2d'), /groupNormalization, groups: -1/);
  t.match(hintFor('Lambda'), /a spec holds no code.*\n.*a spec holds no code/, 'a layer and a schedule have that name');
  t.equal(hintFor('SuccessiveHalvingPruner'), 'write {type: asha}: successive halving without waiting');
  t.match(hintFor('pruner', 'PBT'), /no experiment that could be repeated/);
  t.match(hintFor('optimizers', 'qqqq'), /^there are sgd, adam/);
  t.match(hintFor('qqqq'), /^the kinds are /);
  t.equal(hintFor('optimizers', 'sgd'), undefined);
});
