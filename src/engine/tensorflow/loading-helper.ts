/**
 * A small addon in C, compiled beside TensorFlow.js's binding by `exp engines install tensorflow`. It does what Node.js cannot do itself
 * while native libraries load: `divert` keeps what they print on the standard error stream in a file until `restore`, and `load` loads a
 * shared library by path for good, so that libraries loaded later find it by name.
 */
export const loadingHelperSource = `#define NAPI_VERSION 8
#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <stdio.h>
#include <unistd.h>

static int kept_stderr = -1;

static napi_value text(napi_env env, const char *value) {
  napi_value result;
  napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &result);
  return result;
}

static int read_path(napi_env env, napi_callback_info info, char *path, size_t size) {
  size_t count = 1;
  napi_value argument;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != napi_ok || count != 1) return 0;
  return napi_get_value_string_utf8(env, argument, path, size, NULL) == napi_ok;
}

// divert(path): what is written to descriptor 2 goes to the end of that file, until restore(). Returns whether it does.
static napi_value divert(napi_env env, napi_callback_info info) {
  char path[4096];
  napi_value result;
  int diverted = 0;
  if (kept_stderr < 0 && read_path(env, info, path, sizeof path)) {
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    kept_stderr = fcntl(2, F_DUPFD_CLOEXEC, 3);
    if (file >= 0 && kept_stderr >= 0) {
      fflush(stderr);
      diverted = dup2(file, 2) == 2;
    }
    if (!diverted && kept_stderr >= 0) {
      close(kept_stderr);
      kept_stderr = -1;
    }
    if (file >= 0) close(file);
  }
  napi_get_boolean(env, diverted, &result);
  return result;
}

// restore(): descriptor 2 is what it was.
static napi_value restore(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  if (kept_stderr >= 0) {
    fflush(stderr);
    dup2(kept_stderr, 2);
    close(kept_stderr);
    kept_stderr = -1;
  }
  return NULL;
}

// load(path): loads a shared library for good. Returns the loader's message, or nothing when it worked.
static napi_value load(napi_env env, napi_callback_info info) {
  char path[4096];
  if (!read_path(env, info, path, sizeof path)) return text(env, "no path given");
  if (dlopen(path, RTLD_NOW | RTLD_GLOBAL)) return NULL;
  const char *problem = dlerror();
  return text(env, problem ? problem : "unknown problem");
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"divert", NULL, divert, NULL, NULL, NULL, napi_enumerable, NULL},
      {"restore", NULL, restore, NULL, NULL, NULL, napi_enumerable, NULL},
      {"load", NULL, load, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions);
  return exports;
}
`;

/** What the addon exports. */
export interface LoadingHelper {
  /** @returns whether what is written to descriptor 2 now goes to the end of that file */
  divert(path: string): boolean;
  restore(): void;
  /** @returns the loader's message, or undefined when it worked */
  load(path: string): string | undefined;
}
