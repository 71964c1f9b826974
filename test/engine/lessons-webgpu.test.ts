import t from 'tap';
import {lessonsAgree} from './lessons.js';
import {useSoftwareGpu} from './software-gpu.js';

const skip = await useSoftwareGpu();

if (skip === false) lessonsAgree('eager (webgpu)', ['engine=eager', 'device=webgpu']);
else t.test('lessons on eager webgpu', {skip}, async () => {});
