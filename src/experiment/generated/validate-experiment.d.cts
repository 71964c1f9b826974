/** Compiled by ajv from the experiment's schema (scripts/generate.ts); the code beside this declaration is not checked in. */
declare const validate: {
  (value: unknown): boolean;
  /** What the last call found. */
  errors?: readonly {readonly instancePath: string; readonly schemaPath: string}[] | null;
};
export = validate;
