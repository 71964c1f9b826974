import t from 'tap';
import {Device} from '../../../../src/engine/compiled/runtime/device.js';
import {hasCudaProvider} from '../../../../src/engine/compiled/runtime/onnxruntime.js';
import {explainProviderFailure} from '../../../../src/engine/compiled/runtime/provider-failure.js';

/** What ONNX Runtime says, as people quote it in its issues, beginnings left out; what exp makes of it. */
const cases: readonly (readonly [said: string, message: RegExp, hint: RegExp])[] = [
  [
    'Failed to load library /x/libonnxruntime_providers_cuda.so with error: libcudnn.so.9: cannot open shared object file: No such file or directory',
    /cuDNN 9 is missing/,
    /pip install nvidia-cudnn-cu12/,
  ],
  [
    'Failed to load library libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file: No such file or directory',
    /libraries of CUDA 12 are missing/,
    /CUDA 12 toolkit/,
  ],
  [
    'Failed to load library /x/libonnxruntime_providers_shared.so with error: /x/libonnxruntime_providers_shared.so: cannot open shared object file: No such file or directory',
    /CUDA part of onnxruntime-node is not installed/,
    /ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node/,
  ],
  [
    'CUDA failure 100: no CUDA-capable device is detected ; GPU=-1 ; hostname=x ; expr=cudaSetDevice(info_.device_id);',
    /CUDA finds no such card/,
    /CUDA_VISIBLE_DEVICES/,
  ],
  [
    'CUDA failure 101: invalid device ordinal ; GPU=32767 ; hostname=x ; expr=cudaSetDevice(info_.device_id);',
    /CUDA finds no such card/,
    /nvidia-smi/,
  ],
  [
    'CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=0',
    /driver is too old for CUDA 12/,
    /525/,
  ],
  ['Failed to get a WebGPU adapter: No supported adapters', /no adapter was found/, /libvulkan1/],
  ['something new', /device cuda:1 cannot be used: something new/, /exp doctor/],
];

for (const [said, message, hint] of cases) {
  t.test(`explains: ${said.slice(0, 60)}`, async (t) => {
    const error = explainProviderFailure('cuda:1', new Error(`${said}\n`));
    t.match(error, {code: 'ENGINE_UNAVAILABLE', message, hint});
    t.match(error, {message: /^device cuda:1 cannot be used: /});
  });
}

t.test(
  "CUDA without ONNX Runtime's part for it is an error with the command that mends it",
  {skip: hasCudaProvider() && 'it is installed'},
  async (t) => {
    t.throws(() => Device.open('cuda'), {
      code: 'ENGINE_UNAVAILABLE',
      message: 'device cuda cannot be used: the CUDA part of onnxruntime-node is not installed',
      hint: /^ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node/,
    });
  },
);
