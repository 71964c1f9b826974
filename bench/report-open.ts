/**
 * Seconds until a report of generated run folders of 100 epochs each is drawn in headless Chromium, from disk, and its size.
 * Needs `npm run build` and Chromium (apt-get install chromium).
 *
 *   node --import tsx bench/report-open.ts 50 200
 */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {launchChromium} from '../test/report/html/browser.js';
import {writeGeneratedRuns} from '../test/report/html/generated-runs.js';
import {describeMachine} from './machine.js';

const root = path.dirname(import.meta.dirname);
const numEpochs = 100;
const numRounds = 5;
console.log(describeMachine());
const browser = await launchChromium();
for (const count of process.argv.slice(2).map(Number)) {
  const folder = mkdtempSync(path.join(tmpdir(), 'exp-report-'));
  writeGeneratedRuns(path.join(folder, 'runs'), count, numEpochs);
  const file = path.join(folder, 'report.html');
  const before = performance.now();
  const args = ['bin/exp.js', 'report', '--runs-dir', path.join(folder, 'runs'), '--out', file];
  execFileSync(process.execPath, args, {cwd: root, stdio: 'ignore'});
  const writeSeconds = (performance.now() - before) / 1000;
  const millis: number[] = [];
  for (let round = 0; round < numRounds; round++) {
    const page = await browser.newPage();
    const start = performance.now();
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector('html[data-ready] .curves-chart canvas');
    // Two frames later everything is on the screen.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    millis.push(performance.now() - start);
    await page.close();
  }
  millis.sort((a, b) => a - b);
  const [best, median] = [millis[0]!, millis[Math.floor(numRounds / 2)]!].map((value) => (value / 1000).toFixed(2));
  const megabytes = (statSync(file).size / 1e6).toFixed(2);
  console.log(
    `${count} runs: ${megabytes} MB, written in ${writeSeconds.toFixed(2)} s, drawn in ${best} s at best, ${median} s at the median`,
  );
  rmSync(folder, {recursive: true});
}
await browser.close();
