/** A row of metrics.csv or timing.csv by column; an empty cell is left out. */
export type CsvRow = Readonly<Record<string, number>>;

/** A column of metrics.csv at an epoch. */
export interface EpochValue {
  readonly epoch: number | undefined;
  readonly value: number;
}

/**
 * Our own tables: names without commas, then numbers. Several times faster than a CSV reader, which a list of a thousand runs feels.
 * @param text whole lines
 * @returns undefined where a row has another number of cells than the header
 */
export function parseRows(text: string): readonly CsvRow[] | undefined {
  const [header = '', ...lines] = linesOf(text);
  const columns = header.split(',');
  const rows: CsvRow[] = [];
  for (const line of lines) {
    const cells = line.split(',');
    if (cells.length !== columns.length) return undefined;
    const row: Record<string, number> = {};
    for (let i = 0; i < cells.length; i++) if (cells[i] !== '') row[columns[i]!] = Number(cells[i]);
    rows.push(row);
  }
  return rows;
}

/** One column of what {@link parseRows} reads, where it has a value. */
export function columnOf(text: string, name: string): readonly EpochValue[] | undefined {
  const [header = '', ...lines] = linesOf(text);
  const columns = header.split(',');
  const [wanted, epochs] = [columns.lastIndexOf(name), columns.lastIndexOf('epoch')];
  const values: EpochValue[] = [];
  for (const line of lines) {
    let [column, start] = [0, 0];
    let [value, epoch]: (number | undefined)[] = [];
    for (;;) {
      const comma = line.indexOf(',', start);
      const end = comma < 0 ? line.length : comma;
      if (column === wanted && end > start) value = Number(line.slice(start, end));
      if (column === epochs && end > start) epoch = Number(line.slice(start, end));
      if (comma < 0) break;
      start = comma + 1;
      column++;
    }
    if (column !== columns.length - 1) return undefined;
    if (value !== undefined) values.push({epoch, value});
  }
  return values;
}

const linesOf = (text: string): readonly string[] => text.split(/\r?\n/).filter(Boolean);
