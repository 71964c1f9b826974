import {type CsvText, rowError, scanCsv} from './csv-scan.js';
import {ColumnBuilder, type ColumnPlan, checkNamed, type Table, type TableFile} from './table.js';

/** Reads a CSV text column by column. @throws ExpError with file:line:column */
export function readCsvTable(text: CsvText, plan: ColumnPlan): Table {
  const table = csvFile(text);
  const builders: ColumnBuilder[] = [];
  let numRows = 0;
  scanCsv(text, {
    names(names) {
      checkNamed(text.file, names, plan.named);
      names.forEach((name, field) => {
        if (plan.wants(name)) builders.push(new ColumnBuilder(table, name, field, plan));
      });
    },
    row(fields, row) {
      for (const builder of builders) builder.addText(fields[builder.field]!, row);
      numRows = row + 1;
    },
  });
  return {...table, numRows, columns: builders.map((builder) => builder.finish())};
}

/** A CSV text as far as messages go. */
export const csvFile = (text: CsvText): TableFile => ({
  file: text.file,
  cellError: (row, field, message, hint) => rowError(text, row, field, message, hint),
});
