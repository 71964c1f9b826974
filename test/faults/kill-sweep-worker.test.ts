import {killSweeps} from './kill-sweep.js';

killSweeps('worker');
