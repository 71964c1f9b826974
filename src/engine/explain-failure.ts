import {outOfTable} from './class-numbers.js';

/** How the engines put it that a number is beyond a table. ONNX Runtime names the range with what counts from the end. */
const patterns = [
  /the index value (?<index>-?\d+) is not in \[0, (?<last>\d+)\]/,
  /idx=(?<index>-?\d+) must be within the inclusive range \[-\d+,(?<last>\d+)\]/,
];

/** A failure of a step that the data caused, in words for people; any other as it is. */
export function explainFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  for (const pattern of patterns) {
    const found = pattern.exec(error.message)?.groups;
    if (!found) continue;
    const numClasses = Number(found.last) + 1;
    const index = Number(found.index);
    // A negative number reaches ONNX Runtime lowered by the size of the table (see the lowering of GatherV2).
    const given = index < -numClasses && error.message.includes('idx=') ? index + numClasses : index;
    return outOfTable(numClasses, given, error);
  }
  return error;
}
