import t from 'tap';
import {lessonsAgree} from '../lessons.js';
import {useSoftwareGpu} from '../software-gpu.js';

const skip = await useSoftwareGpu();

if (skip === false) lessonsAgree('compiled (webgpu)', ['engine=compiled', 'device=webgpu']);
else t.test('lessons on compiled webgpu', {skip}, async () => {});
