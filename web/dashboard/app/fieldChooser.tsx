import { useSignal } from '@preact/signals';
import './fieldChooser.css';
import './menu.css';

interface FieldChooserProps {
  /** Of the element; unique on the page. */
  readonly id: string;
  /** Of the button. */
  readonly text: string;
  /** What is chosen: `a column`. */
  readonly noun: string;
  /** All that can be chosen; asked for while the list is open. */
  readonly fields: () => readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
  /** Back to what the page chooses by itself. */
  readonly onReset: () => void;
}

/** A button that opens a list of fields to tick. */
export function FieldChooser(props: FieldChooserProps) {
  const { id, text, noun, chosen, onChange, onReset } = props;
  const search = useSignal('');
  const isOpen = useSignal(false);
  const words = search.value.toLowerCase();
  const fields = isOpen.value ? props.fields().filter((field) => field.toLowerCase().includes(words)) : [];
  const toggle = (field: string) =>
    onChange(chosen.includes(field) ? chosen.filter((one) => one !== field) : [...chosen, field]);
  return (
    <>
      <button type="button" popovertarget={id}>
        {text}
      </button>
      <div
        id={id}
        popover="auto"
        class="menu fields"
        onToggle={({ newState }) => {
          isOpen.value = newState === 'open';
        }}
      >
        <input
          type="search"
          aria-label={`Find ${noun}`}
          placeholder="Find: options, metrics, best(…)"
          value={search.value}
          onInput={({ currentTarget }) => {
            search.value = currentTarget.value;
          }}
        />
        <ul>
          {fields.map((field) => (
            <li key={field}>
              <label>
                <input type="checkbox" checked={chosen.includes(field)} onChange={() => toggle(field)} />
                {field}
              </label>
            </li>
          ))}
        </ul>
        <button type="button" onClick={onReset}>
          As at first
        </button>
      </div>
    </>
  );
}
