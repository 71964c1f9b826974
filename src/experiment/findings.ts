import type {Path} from '../spec/path.js';
import type {ErrorCode} from '../support/errors.js';

/** Where checks put what they find. */
export interface Findings {
  /** @param path of the value at fault */
  mistake(path: Path, message: string, hint?: string, code?: ErrorCode): void;
  warning(message: string): void;
}
