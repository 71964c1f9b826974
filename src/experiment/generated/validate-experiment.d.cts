/** Compiled by ajv from the experiment's schema (scripts/generate.ts); the code beside this declaration is not checked in. */
declare const validate: {
  (value: unknown): boolean;
  /** What the last call found, as ajv words it. */
  errors?: readonly {readonly instancePath: string; readonly message?: string}[] | null;
};
export = validate;
