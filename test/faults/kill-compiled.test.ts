import {killAndResume} from './kill-and-resume.js';

killAndResume('compiled');
