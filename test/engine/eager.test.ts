import {createEagerSession} from '../../src/engine/eager/session.js';
import {sessionContract} from './contract.js';

sessionContract('eager (cpu)', createEagerSession);
