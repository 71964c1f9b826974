/** Why a native library does not work here, in words for people. */
export interface NativeFailure {
  /** Continues a sentence: `TensorFlow does not load: …`. */
  readonly reason: string;
  /** The command or the step that mends it. */
  readonly fix: string;
}

interface KnownFailure {
  readonly pattern: RegExp;
  readonly explain: (found: RegExpExecArray) => NativeFailure;
}

/** A version without the full stop of its sentence. */
const trimmed = (version: string | undefined): string => version?.replace(/\.$/, '') ?? '';

const installCuda = 'exp engines install tensorflow --cuda, which brings CUDA 12 and cuDNN 9 of its own';

/** The special before the general: the first one that is found in what a library said explains it. */
const known: readonly KnownFailure[] = [
  {
    pattern: /(?:isNullOrUndefined|util_1\.isArray)\)? is not a function/,
    explain: () => ({
      reason: `TensorFlow.js 4.22 calls functions that Node.js 23 removed, and was loaded without exp’s replacement for them (this is ${process.version})`,
      fix: 'load it through exp, or take Node.js 22',
    }),
  },
  {
    pattern: /tfjs_binding\.node\) can not be found at path|Cannot find module '[^']*tfjs_binding\.node'/,
    explain: () => ({
      reason: 'its native addon is not there: its install script did not run, or could neither download nor compile it',
      fix: 'exp engines install tensorflow, which compiles it against a current TensorFlow',
    }),
  },
  {
    pattern:
      /was compiled against a different Node\.js version[\s\S]*?NODE_MODULE_VERSION (\d+)[\s\S]*?NODE_MODULE_VERSION (\d+)/,
    explain: ([, built, wanted]) => ({
      reason: `its addon was compiled for another Node.js (module version ${built}; this one has ${wanted})`,
      fix: 'npm rebuild the package, or exp engines install tensorflow, whose addon works with every Node.js from 20 on',
    }),
  },
  {
    pattern: /Loaded runtime CuDNN library: ([\d.]+) but source was compiled with: ([\d.]+)/,
    explain: ([, loaded, wanted]) => ({
      reason: `cuDNN ${trimmed(loaded)} is installed; this TensorFlow needs the same major version and at least ${trimmed(wanted)}`,
      fix: `take the other cuDNN off LD_LIBRARY_PATH, and ${installCuda}`,
    }),
  },
  {
    pattern:
      /(libcudnn\w*\.so[.\d]*): cannot open shared object file|Could not load dynamic library '(libcudnn\w*\.so[.\d]*)'/,
    explain: ([, first, second]) => ({reason: `cuDNN is missing (${first ?? second})`, fix: installCuda}),
  },
  {
    pattern:
      /(libcuda\.so[.\d]*): cannot open shared object file|Could not load dynamic library '(libcuda\.so[.\d]*)'|could not find.*(libcuda\.so)/i,
    explain: () => ({
      reason: 'NVIDIA’s driver is missing (libcuda.so.1)',
      fix: 'install NVIDIA’s driver, so that nvidia-smi lists the card; in a container, start it with --gpus all',
    }),
  },
  {
    pattern:
      /(lib(?:cudart|cublas|cublasLt|cufft|curand|cusolver|cusparse)\.so\.1[01][.\d]*): cannot open shared object file|Could not load dynamic library '(lib(?:cudart|cublas|cublasLt|cufft|curand|cusolver|cusparse)\.so\.1[01][.\d]*)'/,
    explain: ([, first, second]) => ({
      reason: `${first ?? second} of CUDA 11 is missing: the package tfjs-node-gpu is compiled for CUDA 11.2 with cuDNN 8.1, and for nothing newer`,
      fix: installCuda,
    }),
  },
  {
    pattern:
      /(lib(?:cudart|cublas|cublasLt|cufft|curand|cusolver|cusparse|nccl|nvJitLink|nvrtc|cupti)\.so[.\d]*): cannot open shared object file|Could not load dynamic library '(lib(?:cu|nv|nccl)\w*\.so[.\d]*)'/,
    explain: ([, first, second]) => ({reason: `a library of CUDA is missing (${first ?? second})`, fix: installCuda}),
  },
  {
    pattern: /Cannot dlopen some GPU libraries/,
    explain: () => ({reason: 'some of CUDA’s libraries are missing or do not load', fix: installCuda}),
  },
  {
    pattern:
      /kernel version ([\d.]+) does not match DSO version ([\d.]+)|kernel driver does not appear to be running|Driver\/library version mismatch/i,
    explain: () => ({
      reason: 'NVIDIA’s driver and its libraries are of different versions, or the driver is not loaded',
      fix: 'restart the machine, which loads the driver that was installed last; nvidia-smi must list the card',
    }),
  },
  {
    pattern:
      /CUDA driver version is insufficient|CUDA_ERROR_(?:SYSTEM_DRIVER_MISMATCH|COMPAT_NOT_SUPPORTED_ON_DEVICE|UNSUPPORTED_PTX_VERSION)|forward compatibility was attempted/i,
    explain: () => ({
      reason: 'NVIDIA’s driver is too old for CUDA 12',
      fix: 'install NVIDIA’s driver 525 or newer; nvidia-smi shows which one runs',
    }),
  },
  {
    pattern: /failed call to cuInit|CUDA_ERROR_NO_DEVICE|no CUDA-capable device is detected/i,
    explain: () => ({
      reason: 'CUDA finds no NVIDIA card',
      fix: 'nvidia-smi must list the card; in a container, start it with --gpus all; CUDA_VISIBLE_DEVICES must not hide it',
    }),
  },
  {
    pattern:
      /compiled to use (?:AVX|SSE|FMA)\w* instructions, but these aren't available|Illegal instruction|ended with SIGILL/,
    explain: () => ({
      reason: 'this processor, or the virtual machine’s picture of it, has no AVX, for which TensorFlow is compiled',
      fix: 'give the virtual machine the host’s processor type (QEMU: -cpu host), or take engine: compiled',
    }),
  },
  {
    pattern: /version [`'](GLIBC(?:XX)?_[\d.]+)' not found/,
    explain: ([, version]) => ({
      reason: `this system’s C or C++ library is too old (${version} is wanted)`,
      fix: 'use a newer system or image: Debian 12, Ubuntu 22.04, RHEL 9 or later',
    }),
  },
  {
    pattern: /invalid ELF header|wrong ELF class|cannot open shared object file: .*ld-musl|Error relocating/,
    explain: () => ({
      reason: 'it was made for another kind of machine or C library',
      fix: 'install it again on this machine: npm ci, or exp engines install tensorflow --force',
    }),
  },
  {
    pattern:
      /libvulkan\.so(?:\.1)?[\s\S]{0,80}?(?:cannot open|not found|missing|Couldn't|failed)|(?:Couldn't|Could not|failed to|Unable to) (?:load|open)[^\n]{0,40}(?:libvulkan|Vulkan)|no Vulkan loader/i,
    explain: () => ({
      reason: 'the Vulkan loader is missing (libvulkan.so.1)',
      fix: 'apt install libvulkan1 on Debian and Ubuntu, dnf install vulkan-loader on Fedora, with the card’s Vulkan driver (mesa-vulkan-drivers, or NVIDIA’s)',
    }),
  },
  {
    pattern: /loader_get_json: Failed to open JSON file (\S+)/,
    explain: ([, file]) => ({
      reason: `VK_ICD_FILENAMES or VK_DRIVER_FILES names the Vulkan driver ${file}, which is not there`,
      fix: 'unset the variable, so that the Vulkan loader looks for the drivers itself, or name a file that is there',
    }),
  },
  {
    pattern: /vkCreateInstance: Found no drivers|VK_ERROR_INCOMPATIBLE_DRIVER/,
    explain: () => ({
      reason: 'the Vulkan loader finds no Vulkan driver for a card',
      fix: 'apt install mesa-vulkan-drivers for AMD and Intel cards, NVIDIA’s driver for its own; vulkaninfo --summary must list the card',
    }),
  },
  {
    pattern: /(lib[\w+-]+\.so[.\d]*): cannot open shared object file/,
    explain: ([, library]) => ({
      reason: `the library ${library} is missing`,
      fix: `install the package of your system that has ${library}`,
    }),
  },
];

/** What is known about what a library said when it failed. @param output its messages, or those of the process it ended */
export function explainNativeFailure(output: string): NativeFailure | undefined {
  for (const {pattern, explain} of known) {
    const found = pattern.exec(output);
    if (found) return explain(found);
  }
  return undefined;
}
