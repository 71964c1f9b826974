import t from 'tap';
import {runComparison} from '../../src/experiment/compare-command.js';
import {listTo} from '../../src/experiment/ls-command.js';
import {createStyle} from '../../src/report/style.js';
import {appendLabels} from '../../src/runs/labels.js';
import {writeRun} from '../runs/run-folders.js';

/** Everything that a terminal, a spreadsheet, a browser, Markdown or a reader's eye could be harmed by. */
function hostileRuns(runsDir: string): void {
  const write = (id: string, loss: number, value: string, group?: string): string =>
    writeRun(runsDir, id, {
      spec: {training: {'a|b<i>': value}, note: '\u001b]0;title\u0007'},
      summary: {
        name: '=HYPERLINK("http://x")',
        tags: ['<img src=x onerror=alert(1)>'],
        metrics: {final: {val_loss: Number.isNaN(loss) ? 'NaN' : loss, '=cmd|\u001b[31m': 1e308} as never},
        ...(group ? {group: {id: group, run: 1, numRuns: 1}} : {}),
      },
    });
  const first = write('\u001b[31mred<script>alert(1)<script>\u009b2J', Number.NaN, '@SUM(1+1)\u202egnp.exe');
  appendLabels(first, [{tag: '+1-1'}, {note: '=1+1\n\u001b[2J|`rm`'}], new Date('2026-01-02T03:04:05.000Z'));
  write('-rf', 1e308, 'x'.repeat(1000), '\u001b[5m');
}

async function outputs(
  act: (sinks: {out: Sink; errors: Sink}) => unknown,
): Promise<{readonly out: string; readonly errors: string}> {
  const texts = {out: '', errors: ''};
  const sink = (of: 'out' | 'errors'): Sink => ({
    style: createStyle(false),
    width: Number.POSITIVE_INFINITY,
    write: (text) => {
      texts[of] += text;
    },
  });
  await act({out: sink('out'), errors: sink('errors')});
  return texts;
}
type Sink = Parameters<typeof listTo>[1]['out'];

const red = '\\u001b[31mred<script>alert(1)<script>\\u009b2J';
const long = 'x'.repeat(1000);
const cut = `${'x'.repeat(200)}…`;
/** Control characters but the line break, and what turns the direction of a text around. */
const unseen = /[^\P{Cc}\n]|[\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

t.test('hostile names and values do no harm in any format of a list', async (t) => {
  const runsDir = t.testdir();
  hostileRuns(runsDir);
  const listed = async (format: 'table' | 'csv' | 'json'): Promise<string> =>
    (await outputs((sinks) => listTo({references: [], runsDir, reverse: false, format}, sinks))).out.replaceAll(
      runsDir,
      'RUNS',
    );
  t.equal(
    (await listed('table')).replace(/ +/g, ' '),
    `run state group started epochs val_loss duration tags note
${red} finished 2026-01-02 03:04 2/2 NaN 1 min 00 s <img src=x onerror=alert(1)>, +1-1 =1+1\\u000a\\u001b[2J|\`rm\`
-rf finished \\u001b[5m: 2026-01-02 03:04 2/2 1.000e+308 1 min 00 s <img src=x onerror=alert(1)>
`,
  );
  t.equal(
    await listed('csv'),
    `run,name,state,group,startedAt,durationSeconds,epochs,numEpochs,val_loss,'=cmd|\\u001b[31m,tags,note,path
${red},"'=HYPERLINK(""http://x"")",finished,,2026-01-02T03:04:05.000Z,60,2,2,NaN,1e+308,"<img src=x onerror=alert(1)>, +1-1",'=1+1\\u000a\\u001b[2J|\`rm\`,RUNS/${red}
'-rf,"'=HYPERLINK(""http://x"")",finished,\\u001b[5m,2026-01-02T03:04:05.000Z,60,2,2,1e+308,1e+308,<img src=x onerror=alert(1)>,,RUNS/-rf
`,
  );
  const json = await listed('json');
  t.notMatch(json, unseen);
  const [first] = JSON.parse(json);
  t.match(first, {
    run: '\u001b[31mred<script>alert(1)<script>\u009b2J',
    metrics: {val_loss: 'NaN', '=cmd|\u001b[31m': 1e308},
    tags: ['<img src=x onerror=alert(1)>', '+1-1'],
    notes: ['=1+1\n\u001b[2J|`rm`'],
  });
});

t.test('hostile names and values do no harm in any format of a comparison', async (t) => {
  const runsDir = t.testdir();
  hostileRuns(runsDir);
  const all = async (format: 'table' | 'csv' | 'json' | 'md'): Promise<string> =>
    (await outputs((sinks) => runComparison({references: [], runsDir, format}, sinks))).out.replaceAll(runsDir, 'RUNS');
  t.equal(
    (await all('table')).replace(/ +/g, ' '),
    `run a|b<i> val_loss duration examplesPerSecond tags note
-rf ${cut} 1.000e+308 1 min 00 s 10 <img src=x onerror=alert(1)>
${red} @SUM(1+1)\\u202egnp.exe NaN 1 min 00 s 10 <img src=x onerror=alert(1)>, +1-1 =1+1\\u000a\\u001b[2J|\`rm\`

sorted by val_loss, smaller is better
`,
  );
  t.equal(
    await all('csv'),
    `run,state,training.a|b<i>,val_loss,duration,examplesPerSecond,tags,note,folders
'-rf,finished,${long},1e+308,60,10,"[""<img src=x onerror=alert(1)>""]",,RUNS/-rf
${red},finished,'@SUM(1+1)\\u202egnp.exe,NaN,60,10,"[""<img src=x onerror=alert(1)>"",""+1-1""]",'=1+1\\u000a\\u001b[2J|\`rm\`,RUNS/${red}
`,
  );
  t.equal(
    (await all('md')).split('\n').slice(0, 4).join('\n'),
    [
      '| run | a\\|b&lt;i&gt; | val\\_loss | duration | examplesPerSecond | tags | note |',
      '| --- | --- | --: | --: | --: | --: | --: |',
      `| -rf | ${cut} | 1.000e+308 | 1 min 00 s | 10 | &lt;img src=x onerror=alert(1)&gt; |  |`,
      '| \\\\u001b\\[31mred&lt;script&gt;alert(1)&lt;script&gt;\\\\u009b2J | @​SUM(1+1)\\\\u202egnp.exe | NaN | 1 min 00 s | 10 | &lt;img src=x onerror=alert(1)&gt;, +1-1 | =1+1\\\\u000a\\\\u001b\\[2J\\|\\`rm\\` |',
    ].join('\n'),
  );
  const json = await all('json');
  t.notMatch(json, unseen);
  t.match(JSON.parse(json).rows[1], {
    label: '\u001b[31mred<script>alert(1)<script>\u009b2J',
    values: {
      val_loss: {value: 'NaN'},
      'training.a|b<i>': {value: '@SUM(1+1)\u202egnp.exe'},
      note: {value: '=1+1\n\u001b[2J|`rm`'},
    },
  });
});
