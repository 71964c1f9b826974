/** The property of `globalThis` by which the JavaScript in an engine's folder gets exp's own TensorFlow.js. */
export const sharedName = 'exp-runner.tfjs-core';

/** The text of the modules that stand for TensorFlow.js in an engine's folder. */
export const sharedModule = `module.exports = globalThis[Symbol.for('${sharedName}')];\n`;
