import t from 'tap';
import {chooseEngine} from '../../src/engine/create-session.js';

t.test('what engine and device come to', async (t) => {
  t.strictSame(await chooseEngine('auto', 'auto'), {engine: 'compiled', mayFallBack: true});
  t.strictSame(await chooseEngine('auto', 'cpu'), {engine: 'compiled', mayFallBack: true});
  t.strictSame(await chooseEngine('compiled', 'cpu'), {engine: 'compiled', mayFallBack: false});
  t.strictSame(await chooseEngine('eager', 'cpu'), {engine: 'eager', mayFallBack: false});
});

t.test('a device asked for by name is never exchanged for another', async (t) => {
  for (const engine of ['auto', 'compiled', 'eager'] as const) {
    await t.rejects(chooseEngine(engine, 'webgpu'), {
      code: 'ENGINE_UNAVAILABLE',
      message: /webgpu is not in this version/,
    });
  }
  await t.rejects(chooseEngine('compiled', 'cuda'), {
    code: 'ENGINE_UNAVAILABLE',
    hint: 'take --engine eager with --device cuda, or --device cpu',
  });
});
