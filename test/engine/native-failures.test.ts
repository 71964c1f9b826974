import t from 'tap';
import {explainNativeFailure} from '../../src/engine/native-failures.js';

/** What libraries really print, as people quoted it in the issue it is from, or as it was printed here; and what is to be understood. */
const texts: readonly {
  readonly from: string;
  readonly said: string;
  readonly reason: RegExp;
  readonly fix: RegExp;
}[] = [
  {
    from: 'tensorflow/tensorflow#74459, tfjs-node-gpu without CUDA 11',
    said:
      '2024-08-24 15:40:49.275109: I tensorflow/core/util/util.cc:169] oneDNN custom operations are on.\n' +
      "2024-08-24 15:40:49.279326: W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open shared object file: No such file or directory\n" +
      '2024-08-24 15:40:49.279356: I tensorflow/stream_executor/cuda/cudart_stub.cc:29] Ignore above cudart dlerror if you do not have a GPU set up on your machine.',
    reason: /libcudart\.so\.11\.0 of CUDA 11 is missing.*CUDA 11\.2 with cuDNN 8\.1/,
    fix: /^exp engines install tensorflow --cuda/,
  },
  {
    from: 'tensorflow/tfjs#8269, CUDA 11 without cuDNN 8',
    said: "2024-05-06 00:05:33.767399: W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open shared object file: No such file or directory",
    reason: /cuDNN is missing \(libcudnn\.so\.8\)/,
    fix: /--cuda/,
  },
  {
    from: 'tensorflow/tensorflow#60913, an older cuDNN is found first',
    said: 'E0000 00:00:1738697930.202924    7665 cuda_dnn.cc:522] Loaded runtime CuDNN library: 9.1.0 but source was compiled with: 9.3.0.  CuDNN library needs to have matching major version and equal or higher minor version.',
    reason: /cuDNN 9\.1\.0 is installed; .* at least 9\.3\.0$/,
    fix: /LD_LIBRARY_PATH/,
  },
  {
    from: 'NVIDIA/tensorflow#110',
    said: "2024-06-19 16:06:44.996032: W tensorflow/stream_executor/platform/default/dso_loader.cc:60] Could not load dynamic library 'libcusolver.so.11'; dlerror: libnvJitLink.so.12: cannot open shared object file: No such file or directory",
    reason: /a library of CUDA|CUDA 11/,
    fix: /--cuda/,
  },
  {
    from: 'tensorflow/tensorflow#66987, newer versions do not say which',
    said: 'W0000 00:00:1715128064.111 gpu_device.cc:2341] Cannot dlopen some GPU libraries. Please make sure the missing libraries mentioned above are installed properly if you would like to use GPU.',
    reason: /some of CUDA’s libraries/,
    fix: /--cuda/,
  },
  {
    from: 'TensorFlow 2.17 and later in a container without --gpus',
    said: 'E0000 00:00:1723 cuda_executor.cc:1228] INTERNAL: CUDA Runtime error: Failed call to cudaGetRuntimeVersion\nE cuda_platform.cc:51] failed call to cuInit: UNKNOWN ERROR (303)',
    reason: /CUDA finds no NVIDIA card/,
    fix: /--gpus all/,
  },
  {
    from: 'no driver at all',
    said: "Could not load dynamic library 'libcuda.so.1'; dlerror: libcuda.so.1: cannot open shared object file: No such file or directory",
    reason: /NVIDIA’s driver is missing/,
    fix: /nvidia-smi/,
  },
  {
    from: 'a driver updated without a restart',
    said: 'E tensorflow/compiler/xla/stream_executor/cuda/cuda_diagnostics.cc:312] kernel version 525.85.5 does not match DSO version 525.105.17 -- cannot find working devices in this configuration',
    reason: /different versions/,
    fix: /restart/,
  },
  {
    from: 'an old driver',
    said: 'CUDA driver version is insufficient for CUDA runtime version',
    reason: /too old for CUDA 12/,
    fix: /525/,
  },
  {
    from: 'tensorflow/tfjs#8609, Node.js 24',
    said: 'TypeError: (0 , util_1.isNullOrUndefined) is not a function\n    at NodeJSKernelBackend.getMappedInputTensorIds',
    reason: /Node\.js 23 removed/,
    fix: /Node\.js 22/,
  },
  {
    from: '@tensorflow/tfjs-node 4.22.0 installed with --ignore-scripts',
    said: "Error: The Node.js native addon module (tfjs_binding.node) can not be found at path: /x/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node. \nPlease run command 'npm rebuild @tensorflow/tfjs-node --build-addon-from-source'",
    reason: /its install script did not run/,
    fix: /^exp engines install tensorflow/,
  },
  {
    from: 'an addon of another Node.js',
    said: "Error: The module '/x/build/Release/x.node'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 108. This version of Node.js requires\nNODE_MODULE_VERSION 115. Please try re-compiling or re-installing",
    reason: /module version 108; this one has 115/,
    fix: /rebuild/,
  },
  {
    from: 'TensorFlow on a processor without AVX, before 2.16',
    said: "F tensorflow/core/platform/cpu_feature_guard.cc:38] The TensorFlow library was compiled to use AVX instructions, but these aren't available on your machine.\nAborted (core dumped)",
    reason: /has no AVX/,
    fix: /-cpu host/,
  },
  {from: 'the same, later', said: 'its process ended with SIGILL', reason: /has no AVX/, fix: /engine: compiled/},
  {
    from: 'an old distribution',
    said: "/lib/x86_64-linux-gnu/libm.so.6: version `GLIBC_2.29' not found (required by /x/tfjs_binding.node)",
    reason: /too old \(GLIBC_2\.29 is wanted\)/,
    fix: /newer system/,
  },
  {
    from: 'Dawn (npm package webgpu 0.6.2) without a loader',
    said: "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory\n    at operator() (/x/dawn/src/dawn/native/vulkan/BackendVk.cpp:368)",
    reason: /Vulkan loader is missing/,
    fix: /apt install libvulkan1/,
  },
  {
    from: 'the same with a loader, without a driver',
    said: 'Warning: vkCreateInstance: Found no drivers!\nWarning: vkCreateInstance failed with VK_ERROR_INCOMPATIBLE_DRIVER',
    reason: /no Vulkan driver/,
    fix: /apt install mesa-vulkan-drivers/,
  },
  {
    from: 'the same, with a driver that is named and not there',
    said: 'Warning: loader_get_json: Failed to open JSON file /nowhere.json\nWarning: vkCreateInstance: Found no drivers!',
    reason: /names the Vulkan driver \/nowhere\.json, which is not there/,
    fix: /unset the variable/,
  },
  {
    from: 'any other library',
    said: 'Error: libgomp.so.1: cannot open shared object file: No such file or directory',
    reason: /libgomp\.so\.1 is missing/,
    fix: /libgomp/,
  },
];

for (const {from, said, reason, fix} of texts) {
  t.test(from, async (t) => {
    const failure = explainNativeFailure(said);
    t.match(failure?.reason, reason);
    t.match(failure?.fix, fix);
  });
}

t.test('what nobody knows is not explained', async (t) => {
  t.equal(explainNativeFailure('TypeError: x is not iterable'), undefined);
  t.equal(explainNativeFailure(''), undefined);
});
