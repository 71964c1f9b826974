import {Type} from '@sinclair/typebox';

/** Text that stands on one line of a script. */
const line = (description: string) =>
  Type.Optional(
    Type.String({
      pattern: '^[^\\p{Cc}]+$',
      'x-expected': 'a text of one line, without control characters',
      description,
    }),
  );

/** `slurm:` of a sweep: what jobs ask a cluster for. Names are those of sbatch's options. */
export const slurmSection = Type.Object(
  {
    partition: line('Partition: --partition.'),
    account: line('Account that is charged: --account.'),
    qos: line('Quality of service: --qos.'),
    time: Type.Optional(
      Type.Unsafe<string | number>({
        anyOf: [
          {type: 'integer', minimum: 1},
          {
            type: 'string',
            pattern: '^(\\d+|\\d+:\\d{2}|\\d+:\\d{2}:\\d{2}|\\d+-\\d+(:\\d{2}){0,2})$',
          },
        ],
        'x-expected':
          'a time as Slurm writes it: minutes, "2:30:00", "1-12", "1-12:00:00" (in quotes where it has colons)',
        description: 'Time limit of a job: minutes, hours:minutes:seconds, or days-hours:minutes:seconds: --time.',
      }),
    ),
    memory: Type.Optional(
      Type.String({
        pattern: '^\\d+[KMGT]?B?$',
        'x-expected': 'a number with a unit: 4G, 500M',
        description: 'Memory of a job: 4G, 500M: --mem.',
      }),
    ),
    cpus: Type.Optional(
      Type.Integer({minimum: 1, maximum: 1024, description: 'Cores of a job, at least 1: --cpus-per-task.'}),
    ),
    gres: line('Cards and the like: gpu:1: --gres.'),
    constraint: line('Features that nodes must have: --constraint.'),
    throttle: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Jobs of the array that may run at the same time, at least 1; `parallel` when left out.',
      }),
    ),
    trialsPerTask: Type.Integer({
      default: 1,
      minimum: 1,
      description:
        'Trials that one job of the array makes, one after the other, at least 1; a job takes Slurm some seconds to start. Adaptive samplers have `parallel` jobs that make trials until none is left.',
    }),
    setup: Type.Array(
      Type.String({
        pattern: '^[^\\p{Cc}]+$',
        'x-expected': 'a text of one line, without control characters',
        description: 'A line of shell.',
      }),
      {default: [], description: 'Lines of shell that a job runs first: module load cuda.'},
    ),
    extra: Type.Record(
      Type.String({pattern: '^[a-z][a-z0-9-]*$'}),
      Type.Union(
        [
          Type.String({pattern: '^[^\\p{Cc}]*$', 'x-expected': 'a text of one line, without control characters'}),
          Type.Number(),
          Type.Boolean(),
        ],
        {'x-expected': 'a text of one line, a number, or true for an option without a value'},
      ),
      {
        default: {},
        'x-expected': 'options of sbatch by their long names: small letters, digits and hyphens',
        description: 'More options of sbatch, by their long names: {mail-type: END}; true for one without a value.',
      },
    ),
    maxTimeouts: Type.Integer({
      default: 3,
      minimum: 0,
      description:
        'How often a job that came to the end of its time limit is queued again, at least 0; pre-emptions and lost nodes do not count.',
    }),
    signalSeconds: Type.Integer({
      default: 60,
      minimum: 1,
      maximum: 3600,
      description:
        'How long before the end of its time limit a job saves a checkpoint and is queued again; from 1 to 3600 seconds.',
    }),
  },
  {
    additionalProperties: false,
    title: 'slurm',
    description: 'What jobs ask a Slurm cluster for; for `executor: slurm`.',
  },
);
