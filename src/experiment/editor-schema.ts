import {editorSchema, type JsonSchema} from '../spec/editor-schema.js';
import {writtenSchema} from './schema.js';

/** What `schemas/experiment.schema.json` holds and `exp schema` prints. */
export const experimentEditorSchema = (): JsonSchema => editorSchema(writtenSchema, 'experiment.schema.json');

/** The same as a file's text. */
export const experimentEditorSchemaText = (): string => `${JSON.stringify(experimentEditorSchema(), null, 2)}\n`;
