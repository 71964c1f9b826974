import {ExpError} from '../../../support/errors.js';

/** What ONNX Runtime says when a device cannot be used, what it means, and what mends it. The first that fits. */
const failures: readonly {readonly says: RegExp; readonly reason: string; readonly hint: string}[] = [
  {
    says: /providers_(cuda|shared)\.so: cannot open shared object file/i,
    reason: 'the CUDA part of onnxruntime-node is not installed',
    hint: 'ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node, which downloads it; --device webgpu needs no more than a driver',
  },
  {
    says: /libcudnn[\w.]*: cannot open shared object file/i,
    reason: 'cuDNN 9 is missing',
    hint: 'install cuDNN 9 for CUDA 12 (pip install nvidia-cudnn-cu12) and put its folder on LD_LIBRARY_PATH',
  },
  {
    says: /lib(cublas|cublasLt|cudart|cufft|curand|nvrtc)[\w.]*: cannot open shared object file/i,
    reason: 'the libraries of CUDA 12 are missing',
    hint: 'install the CUDA 12 toolkit and put its lib64 on LD_LIBRARY_PATH',
  },
  {
    says: /driver version is insufficient|cudaErrorInsufficientDriver/i,
    reason: "NVIDIA's driver is too old for CUDA 12",
    hint: 'install driver 525 or newer',
  },
  {
    says: /no CUDA-capable device|cudaErrorNoDevice|invalid device ordinal|CUDA failure 10[01]/i,
    reason: 'CUDA finds no such card',
    hint: 'nvidia-smi must list it; see whether CUDA_VISIBLE_DEVICES hides it',
  },
  {
    says: /Failed to get a WebGPU adapter|No supported adapters|adapter_? != nullptr/i,
    reason: 'no adapter was found: there is no Vulkan driver here, or no Vulkan loader',
    hint: "install the card's driver and the loader (apt install libvulkan1; vulkaninfo must list the card)",
  },
];

/** Why a device cannot be opened, in words for people; what is not known, in ONNX Runtime's words. @param device as in a spec, `cuda:1` */
export function explainProviderFailure(device: string, error: unknown): unknown {
  if (error instanceof ExpError || !(error instanceof Error)) return error;
  const known = failures.find(({says}) => says.test(error.message));
  const reason = known?.reason ?? error.message.split('\n')[0]!.trim();
  return new ExpError(
    'ENGINE_UNAVAILABLE',
    `device ${device} cannot be used: ${reason}`,
    known?.hint ?? 'exp doctor tells what works here; --device cpu needs no driver',
    {cause: error},
  );
}

/** A failure of a graph on a device that has to do with the device, in words for people; any other as it is. */
export function explainRefusal(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const isMemory = /exceeds the max|Invalid Buffer|out of memory|OUT_OF.*MEMORY|Failed to allocate memory/i.test(
    error.message,
  );
  const isLost = /device (is |was )?lost/i.test(error.message);
  if (!isMemory && !isLost && !/WebGPU validation failed|CUDA failure/i.test(error.message)) return error;
  const [what = ''] = error.message.replace(/^.*WebGPU validation failed\. /s, '').split('\n');
  return new ExpError(
    'ENGINE_UNAVAILABLE',
    isLost ? 'the GPU was lost while it computed' : `the GPU refused a command: ${what.trim()}`,
    isMemory
      ? 'take a smaller training.batchSize or a smaller network, or --device cpu'
      : isLost
        ? 'the driver reset it, or it was unplugged; exp resume goes on from the last checkpoint'
        : 'this is an error of exp, of ONNX Runtime or of the driver: take --device cpu, and report it with the output of exp doctor --json',
    {cause: error},
  );
}
