import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {ExpError} from '../../support/errors.js';
import {engineFiles} from './layout.js';
import {loadingHelperSource} from './loading-helper.js';
import {runTool, ToolFailure, type ToolOptions} from './run-tool.js';

/** The version of Node-API that the binding asks for; Node.js 20.11 has 9. */
export const nodeApiVersion = 8;

/** A C++ compiler and what it calls itself. */
export interface Compiler {
  readonly command: string;
  readonly version: string;
}

/**
 * The first C++ compiler that answers: CXX, or the usual names.
 * @throws ExpError INSTALL_FAILED
 */
export async function findCompiler(
  options: ToolOptions,
  candidates: readonly string[] = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++'],
): Promise<Compiler> {
  for (const command of candidates) {
    try {
      const version = await runTool(command, ['--version'], options);
      return {command, version: version.split('\n')[0]!.trim()};
    } catch (error) {
      if (!(error instanceof ToolFailure)) throw error;
    }
  }
  throw new ExpError(
    'INSTALL_FAILED',
    `no C++ compiler was found (tried ${candidates.join(', ')}); TensorFlow.js’s binding is compiled here, in half a minute`,
    'install one: apt install g++ on Debian and Ubuntu, dnf install gcc-c++ on Fedora; or name one in CXX',
  );
}

export interface CompileFolders {
  /** The engine under way; TensorFlow is in it. */
  readonly engine: string;
  /** TensorFlow.js's package with `binding/`. */
  readonly binding: string;
  /** `include/` of node-api-headers. */
  readonly nodeHeaders: string;
  /** `tensorflow/include` of the wheel. */
  readonly tensorflowHeaders: string;
}

/** Compiles the binding against TensorFlow, and the helper, into the engine's folder. @throws ExpError INSTALL_FAILED */
export async function compileEngine(
  {command}: Compiler,
  {engine, binding, nodeHeaders, tensorflowHeaders}: CompileFolders,
  options: ToolOptions,
): Promise<void> {
  const shared = ['-shared', '-fPIC', '-O2', `-I${nodeHeaders}`];
  const helper = path.join(nodeHeaders, 'loading_helper.c');
  await writeFile(helper, loadingHelperSource);
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => path.join(binding, 'binding', file));
  const calls = [
    [...shared, '-x', 'c', helper, '-o', path.join(engine, engineFiles.helper), '-ldl'],
    [
      ...[...shared, '-std=c++17', `-DNAPI_VERSION=${nodeApiVersion}`],
      ...[`-I${tensorflowHeaders}`, `-I${binding}`, ...sources],
      ...['-o', path.join(engine, engineFiles.binding), `-L${path.join(engine, engineFiles.tensorflow)}`],
      ...['-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
      // Relative to the binding, so the folder can be renamed and moved.
      `-Wl,-rpath,$ORIGIN/${engineFiles.tensorflow}`,
    ],
  ];
  for (const args of calls) {
    try {
      await runTool(command, args, options);
    } catch (error) {
      throw error instanceof ToolFailure ? explainCompiler(command, error) : error;
    }
  }
}

function explainCompiler(command: string, failure: ToolFailure): ExpError {
  const firstErrors = failure.output.split('\n').filter((line) => /error:|undefined reference|cannot find/i.test(line));
  const said = firstErrors.length > 0 ? firstErrors.slice(0, 3).join('\n  ') : failure.tail(3);
  const isOld = /std=c\+\+17|unrecognized command.line option/.test(failure.output);
  const hasNoHeaders =
    /fatal error: '?(\w+)'?: No such file|fatal error: '?(cstring|string|memory)'? file not found/.test(failure.output);
  return new ExpError(
    'INSTALL_FAILED',
    `${command} could not compile TensorFlow.js’s binding:\n  ${said}`,
    isOld
      ? 'take a compiler that knows C++17 (g++ 8, clang 7 or newer), named in CXX'
      : hasNoHeaders
        ? 'the compiler lacks the standard headers: apt install build-essential on Debian and Ubuntu'
        : 'try another compiler, named in CXX (g++ 12 is known to work)',
    {cause: failure},
  );
}
