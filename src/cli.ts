/** What bin/exp.js starts: oclif, in the same bundle as the commands that extend its classes. */
export {execute} from '@oclif/core/execute';
