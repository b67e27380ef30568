import { fieldsOf } from '../../../src/records/reading/fields.js';
import { useDashboard } from '../app/dashboard.js';
import { FieldChooser } from '../app/fieldChooser.js';
import { chosenColumns, shownColumns } from './tableState.js';

/** Which options and metrics are columns of the table. */
export function ColumnChooser() {
  const { runs } = useDashboard();
  return (
    <FieldChooser
      id="columns"
      text="Columns"
      noun="a column"
      fields={() => fieldsOf(runs.value)}
      chosen={shownColumns(runs.value)}
      onChange={(chosen) => {
        chosenColumns.value = chosen;
      }}
      onReset={() => {
        chosenColumns.value = null;
      }}
    />
  );
}
