import t from 'tap';
import {downloadLines} from '../../src/report/download-lines.js';

const steps = [
  {url: 'http://h/f', receivedBytes: 0, totalBytes: 2_000_000, isDone: false},
  {url: 'http://h/f', receivedBytes: 500_000, totalBytes: 2_000_000, isDone: false},
  {url: 'http://h/f', receivedBytes: 2_000_000, totalBytes: 2_000_000, isDone: true},
];

function told(stream: {isTTY?: boolean; columns?: number}): string {
  let text = '';
  const listen = downloadLines({...stream, write: (part) => (text += part)});
  for (const step of steps) listen(step);
  listen({url: 'http://h/g', receivedBytes: 10, isDone: false});
  return text;
}

t.equal(
  told({}),
  'downloading http://h/f: 0 B of 2.0 MB (0 %)\ndownloaded http://h/f: 2.0 MB\ndownloading http://h/g: 10 B\n',
  'a log gets a line at the start and one at the end',
);
const over = '\x1b[1A\x1b[2K';
t.equal(
  told({isTTY: true, columns: 80}),
  `downloading http://h/f: 0 B of 2.0 MB (0 %)\n${over}downloading http://h/f: 500 kB of 2.0 MB (25 %)\n${over}downloaded http://h/f: 2.0 MB\ndownloading http://h/g: 10 B\n`,
  'a terminal gets one line that is written over',
);
t.match(told({isTTY: true, columns: 30}).split(over)[1], /^.{0,29}\n$/, 'which fits');
