import {mkdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import {ArrayFile} from './array-file.js';
import {type ArrayPlan, type ArrayStore, type ArrayWriter, FileWriter} from './array-store.js';
import {decodedFolder, explainUnwritable, partialName} from './decoded-cache.js';

/**
 * Files for as long as the process lives. They lose their names as soon as they are open, so the system takes their space back however
 * the process ends; where it does not let open files go (Windows), they are removed at the end.
 */
export class Spool implements ArrayStore {
  readonly #writers = new Map<string, FileWriter>();

  /** @param what goes there, for messages */
  constructor(private readonly what: string) {}

  create(name: string, plan: ArrayPlan): ArrayWriter {
    const writer = this.#explained(() => {
      const folder = path.join(decodedFolder(), partialName('spool'));
      mkdirSync(folder, {recursive: true});
      const made = new FileWriter(path.join(folder, `${name}.bin`), plan);
      removeNow(folder);
      return made;
    });
    this.#writers.set(name, writer);
    return {
      write: (startRow, values) => this.#explained(() => writer.write(startRow, values)),
      append: (values) => this.#explained(() => writer.append(values)),
    };
  }

  finish(): ReadonlyMap<string, ArrayFile> {
    return new Map(
      Array.from(this.#writers, ([name, writer]) => {
        const place = this.#explained(() => writer.finish());
        return [name, new ArrayFile({...place, descriptor: writer.descriptor!})];
      }),
    );
  }

  #explained<Result>(write: () => Result): Result {
    try {
      return write();
    } catch (error) {
      const explained = explainUnwritable(this.what, error);
      if (explained !== error) for (const writer of this.#writers.values()) writer.close();
      throw explained;
    }
  }
}

function removeNow(folder: string): void {
  const remove = (): void => rmSync(folder, {recursive: true, force: true});
  try {
    remove();
  } catch {
    process.once('exit', remove);
  }
}
