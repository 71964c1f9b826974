import {type Static, type TObject, type TProperties, type TSchema, Type} from '@sinclair/typebox';

/**
 * One word of the vocabulary: a layer, an optimizer, a loss, a metric, a transform, a data source…
 * `args` is its TypeBox object without the discriminating `type`; a field with a `default` is required in the static type
 * (the loader fills it) and optional in the schema file. Every field's `description` gives unit, range and shape.
 */
export interface Definition<Name extends string = string, Args extends TProperties = TProperties> {
  readonly type: Name;
  /** One line for `exp layers`, the reference docs and the editor's hover. */
  readonly summary: string;
  readonly args: TObject<Args>;
}

/** A word with its arguments as the builders see it: defaults filled, `type` known. */
export type SpecOf<D extends {readonly type: string; readonly args: TSchema}> = {readonly type: D['type']} & Readonly<
  Static<D['args']>
>;

/** The union of all words of a registry. */
export type SpecUnion<Registry extends Readonly<Record<string, Definition>>> = {
  [K in keyof Registry]: SpecOf<Registry[K]>;
}[keyof Registry];

/**
 * The schema node of a registry: a union discriminated by `type`. The static type is the registry's own.
 * With `shorthand`, a bare string `adam` stands for `{type: adam}`; the loader expands it before validation and the editor's
 * schema offers both.
 */
export function choiceOf<Registry extends Readonly<Record<string, Definition>>>(
  registry: Registry,
  options: {
    readonly title: string;
    readonly description?: string;
    readonly shorthand?: boolean;
    readonly extra?: TProperties;
    /** What to say of words that people try and that are none, by `comparable` word. */
    readonly hints?: Readonly<Record<string, string>>;
  } & {
    readonly default?: unknown;
  },
) {
  const {shorthand, extra, hints, ...rest} = options;
  const members = Object.values(registry).map((definition) =>
    Type.Object(
      {
        type: Type.Literal(definition.type, {description: definition.summary}),
        ...(extra ?? {}),
        ...definition.args.properties,
      },
      {
        additionalProperties: false,
        title: definition.type,
        description: definition.summary,
        ...('x-hints' in definition.args ? {'x-hints': definition.args['x-hints']} : {}),
      },
    ),
  );
  return Type.Unsafe<SpecUnion<Registry>>({
    type: 'object',
    required: ['type'],
    discriminator: {propertyName: 'type'},
    oneOf: members,
    ...(shorthand ? {'x-shorthand': 'type'} : {}),
    ...(hints ? {'x-hints': hints} : {}),
    ...rest,
  });
}
