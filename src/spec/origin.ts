/** Where a value of a spec came from. Saved per leaf in a run's origins.json and told by `exp explain`. */
export type Origin =
  /** Written in the spec; `reference` when it was copied from another key by `${reference}`. */
  | {readonly kind: 'file'; readonly file: string; readonly line: number; readonly reference?: string}
  /** Written in a file that the spec extends. */
  | {readonly kind: 'extends'; readonly file: string; readonly line: number; readonly reference?: string}
  /** `key=value` on the command line. */
  | {readonly kind: 'override'; readonly text: string; readonly reference?: string}
  /** The environment variable `name`, or the default written beside it when `isSet` is false. */
  | {
      readonly kind: 'env';
      readonly name: string;
      readonly isSet: boolean;
      readonly writtenAt: string;
      /** Of a secret: what stands in the records for the value, `${secret:NAME}` with the text around it. */
      readonly secret?: string;
    }
  /** Chosen for one trial of a sweep, as the value of `parameter` or as its seed. */
  | {
      readonly kind: 'trial';
      readonly sweep: string;
      readonly trial: number;
      readonly parameter: string;
      readonly reference?: string;
    }
  | {readonly kind: 'default'};

/** Origins of every leaf by dotted path: `model.layers.0.filters`. */
export type Origins = Readonly<Record<string, Origin>>;

/** An origin in words: `experiments/mnist-cnn.yaml:14`, `default`, `override training.epochs=1`. */
export function formatOrigin(origin: Origin): string {
  const via = 'reference' in origin && origin.reference !== undefined ? `, copied from ${origin.reference}` : '';
  switch (origin.kind) {
    case 'file':
      return `${origin.file}:${origin.line}${via}`;
    case 'extends':
      return `${origin.file}:${origin.line} (extended)${via}`;
    case 'override':
      return `override ${origin.text}${via}`;
    case 'env':
      if (origin.secret !== undefined) return `secret ${origin.name}, read at ${origin.writtenAt}`;
      return origin.isSet
        ? `environment variable ${origin.name}, read at ${origin.writtenAt}`
        : `${origin.writtenAt} (environment variable ${origin.name} is not set)`;
    case 'trial':
      return `sweep trial ${origin.trial} of ${origin.sweep}: ${origin.parameter}${via}`;
    case 'default':
      return 'default';
  }
}
