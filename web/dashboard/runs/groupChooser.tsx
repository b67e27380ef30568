import { causesOf } from '../../../src/records/reading/causes.js';
import { useDashboard } from '../app/dashboard.js';
import { FieldChooser } from '../app/fieldChooser.js';
import { groupFields } from '../app/grouping.js';
import { compareOptions } from '../compare/differences.js';

/** By which options runs are grouped: those that differ, the likeliest causes first. */
export function GroupChooser() {
  const { runs } = useDashboard();
  const fields = () => {
    const different = compareOptions(runs.value).different.map(({ name }) => name);
    return [...new Set([...causesOf(different), ...different, 'sweep', 'state', 'label'])];
  };
  const { value } = groupFields;
  return (
    <FieldChooser
      id="groups"
      text={value.length === 0 ? 'Group' : `Group: ${value.join(', ')}`}
      noun="a field to group by"
      fields={fields}
      chosen={value}
      onChange={(chosen) => {
        groupFields.value = chosen;
      }}
      onReset={() => {
        groupFields.value = [];
      }}
    />
  );
}
