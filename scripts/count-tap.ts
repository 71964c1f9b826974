/**
 * `node --import tsx scripts/count-tap.ts FILE`: lists the failed assertions of a raw TAP file and prints, as its last
 * line, "N passed, N failed, N skipped". Assertions are counted at every depth; the line that closes a subtest only
 * counts when it tells something its assertions did not (a crash, a time-out, a wrong plan). Exits 1 when anything
 * failed or nothing passed.
 */
import {readFileSync} from 'node:fs';
import {Parser, type Result} from 'tap-parser';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: count-tap.ts FILE');

let numPassed = 0;
let numSkipped = 0;
const failures: string[] = [];

function watch(parser: Parser): void {
  let subtest: Parser | undefined;
  parser.on('child', (child: Parser) => {
    subtest = child;
    watch(child);
  });
  parser.on('assert', (result: Result) => {
    const toldBySubtest = result.closingTestPoint && (result.ok || (subtest?.fail ?? 0) > 0);
    if (toldBySubtest) return;
    if (result.skip || result.todo) numSkipped++;
    else if (result.ok) numPassed++;
    else failures.push(result.fullname);
  });
}

const parser = new Parser();
watch(parser);
parser.end(readFileSync(file, 'utf8'));
if (!parser.ok && failures.length === 0) failures.push('the TAP file itself: it is torn, or its plan was not kept');

for (const failure of failures) console.log(`not ok: ${failure}`);
console.log(`${numPassed} passed, ${failures.length} failed, ${numSkipped} skipped`);
process.exitCode = failures.length > 0 || numPassed === 0 ? 1 : 0;
