import type {Problem} from '../../spec/diagnostic.js';
import type {Path} from '../../spec/path.js';
import {type Condition, checkNames, holds, strictProblem} from './condition.js';
import type {ParameterDefinition} from './definition.js';
import type {Json} from './distribution.js';
import type {Assignment, Parameter, SearchSpace} from './search-space.js';
import type {Settings} from './settings.js';

/** The space that a sweep's file describes. */
export class SweepSpace implements SearchSpace {
  readonly #byName: ReadonlyMap<string, ParameterDefinition>;

  /** @param definitions in an order in which conditions name earlier ones only */
  private constructor(
    readonly definitions: readonly ParameterDefinition[],
    private readonly constraints: readonly Condition[],
    private readonly settings: Settings,
  ) {
    this.#byName = new Map(definitions.map((definition) => [definition.name, definition]));
  }

  /**
   * Puts parameters into order and checks the names in conditions.
   * @returns undefined after a mistake
   */
  static of(
    definitions: readonly ParameterDefinition[],
    constraints: readonly Condition[],
    settings: Settings,
    problems: Problem[],
  ): SweepSpace | undefined {
    const before = problems.length;
    const check = (condition: Condition, path: Path): void => {
      checkNames(
        condition,
        path,
        (name) => settings.knows(name),
        () => settings.candidates(),
        problems,
      );
    };
    const conditions = new Map(
      definitions.flatMap(({name, when}) => when.map((condition) => [condition, name] as const)),
    );
    for (const [condition, name] of uniqueNodes(conditions)) check(condition, ['parameters', name, 'when']);
    for (const [index, condition] of constraints.entries()) check(condition, ['constraints', index]);
    if (problems.length > before) return undefined;
    const ordered = inOrder(definitions, settings, problems);
    return ordered && new SweepSpace(ordered, constraints, settings);
  }

  get parameters(): readonly ParameterDefinition[] {
    return this.definitions;
  }

  definitionOf(name: string): ParameterDefinition | undefined {
    return this.#byName.get(name);
  }

  isActive({name}: Parameter, before: Assignment): boolean {
    const definition = this.#byName.get(name)!;
    const {target, when} = definition;
    if (target.kind === 'part') {
      const count = before[target.item.countName];
      if (typeof count !== 'number' || count <= target.copy) return false;
    }
    return when.every((condition) => holds(condition, (term) => this.settings.read(term, before)));
  }

  isFeasible(assignment: Assignment): boolean {
    return this.constraints.every((constraint) => {
      const values = new Map(constraint.names.map((name) => [name, this.settings.read(name, assignment)]));
      // What is not there sets no bounds.
      return [...values.values()].includes(undefined) || holds(constraint, (name) => values.get(name));
    });
  }

  /** Conditions that compare what cannot be compared at a point, with what is wrong. */
  *misuses(assignment: Assignment): Generator<{readonly condition: Condition; readonly message: string}> {
    for (const condition of [...this.definitions.flatMap(({when}) => when), ...this.constraints]) {
      const message = strictProblem(condition, (name) => this.settings.read(name, assignment));
      if (message !== undefined) yield {condition, message};
    }
  }

  /** A value for every parameter that is active, whatever the constraints say. */
  assign(choose: (parameter: ParameterDefinition) => Json): Assignment {
    const assignment: Record<string, Json> = {};
    for (const definition of this.definitions) {
      if (this.isActive(definition, assignment)) assignment[definition.name] = choose(definition);
    }
    return assignment;
  }
}

/** Copies of a repeated item share what was written once. */
function uniqueNodes(conditions: ReadonlyMap<Condition, string>): readonly (readonly [Condition, string])[] {
  const seen = new Set<unknown>();
  return [...conditions].filter(([{node}]) => !seen.has(node) && seen.add(node));
}

/** Parameters behind those that they depend on, else as written. @returns undefined if they depend on each other */
function inOrder(
  definitions: readonly ParameterDefinition[],
  settings: Settings,
  problems: Problem[],
): readonly ParameterDefinition[] | undefined {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const ordered: ParameterDefinition[] = [];
  const done = new Set<ParameterDefinition>();
  const open: ParameterDefinition[] = [];
  const visit = (definition: ParameterDefinition): boolean => {
    if (done.has(definition)) return true;
    const start = open.indexOf(definition);
    if (start >= 0) {
      const circle = [...open.slice(start), definition].map(({name}) => name);
      const {node} = definition.when[0] ?? open.find(({when}) => when.length > 0)!.when[0]!;
      const message = `\`when\` goes round in a circle: ${circle.join(' → ')}`;
      problems.push({place: node.place, path: ['parameters', definition.name, 'when'], message});
      return false;
    }
    open.push(definition);
    const {target, when} = definition;
    const names = when.flatMap((condition) => condition.names).map((name) => settings.parameterOf(name));
    const needed = [...(target.kind === 'part' ? [target.item.countName] : []), ...names];
    const isFine = needed.every((name) => {
      const found = name === undefined ? undefined : byName.get(name);
      return !found || visit(found);
    });
    open.pop();
    done.add(definition);
    ordered.push(definition);
    return isFine;
  };
  return definitions.every(visit) ? ordered : undefined;
}
