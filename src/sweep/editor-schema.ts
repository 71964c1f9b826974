import {writtenSchema} from '../experiment/schema.js';
import {editorSchema, type JsonSchema} from '../spec/editor-schema.js';
import {checkedSchema} from '../spec/schema.js';
import {sweepSection} from './section.js';

const inlineExperiment = {
  ...writtenSchema,
  description: 'An experiment, written here.',
  properties: {
    extends: {type: 'string', description: 'An experiment to start from, relative to this file.'},
    ...writtenSchema.properties,
  },
};

/** As a sweep may be written: with an experiment in place of its path. */
const writtenSweep = checkedSchema({
  ...sweepSection,
  properties: {
    ...sweepSection.properties,
    experiment: {
      ...sweepSection.properties.experiment,
      anyOf: [{type: 'string', minLength: 1}, inlineExperiment],
    },
  },
});

/** What `schemas/sweep.schema.json` holds and `exp schema sweep` prints. */
export const sweepEditorSchema = (): JsonSchema => editorSchema(writtenSweep, 'sweep.schema.json');

/** The same as a file's text. */
export const sweepEditorSchemaText = (): string => `${JSON.stringify(sweepEditorSchema(), null, 2)}\n`;
