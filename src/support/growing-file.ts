import {type FileHandle, open, rename, rm} from 'node:fs/promises';

/** A file that is written piece by piece and is there, under its name, only when it is whole. */
export class GrowingFile {
  private constructor(
    private readonly file: string,
    private readonly temporary: string,
    private readonly handle: FileHandle,
  ) {}

  /** @param file absolute @throws the file system's own error, as all methods do */
  static async create(file: string): Promise<GrowingFile> {
    const temporary = `${file}.${process.pid}.tmp`;
    return new GrowingFile(file, temporary, await open(temporary, 'w'));
  }

  async write(text: string): Promise<void> {
    await this.handle.appendFile(text);
  }

  /** The file is whole: it takes its name, and the place of what was there. */
  async finish(): Promise<void> {
    await this.handle.sync();
    await this.handle.close();
    await rename(this.temporary, this.file);
  }

  /** Leaves nothing behind; what was there under the name stays. */
  async discard(): Promise<void> {
    await this.handle.close().catch(() => {});
    await rm(this.temporary, {force: true});
  }
}
