import {Worker} from 'node:worker_threads';

/** What a case that never returns is ended by. */
const watcher = `
const {workerData: {shared, seconds}} = require('node:worker_threads');
let [number, times] = [-1, 0];
setInterval(() => {
  const now = Atomics.load(shared, 0);
  times = now === number ? times + 1 : 0;
  number = now;
  if (times < seconds) return;
  require('node:fs').writeSync(2, 'case ' + number + ' hangs: no end after ' + seconds + ' s\\n');
  process.kill(process.pid, 'SIGKILL');
}, 1000);
`;

/** Ends the process, naming the case, when one takes longer than so many seconds: a loop that never returns runs no timer. */
export function watchCases(seconds: number): {begin(number: number): void; end(): void} {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(watcher, {eval: true, workerData: {shared, seconds}});
  worker.unref();
  return {
    begin: (number) => void Atomics.store(shared, 0, number),
    end: () => void worker.terminate(),
  };
}
