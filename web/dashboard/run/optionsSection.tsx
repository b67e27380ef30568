import { useSignal } from '@preact/signals';
import type { RunSession } from '../../../src/records/writing/runRecord.js';
import { Section } from './section.js';

type Options = Readonly<Record<string, string | number | boolean | null>>;

/** The options of a run: first those that somebody has given, then the rest, which were left to their defaults. */
export function OptionsSection({ options, session }: { options: Options; session: RunSession | undefined }) {
  const sought = useSignal('');
  const names = Object.keys(options).sort();
  if (names.length === 0) return null;
  const given = new Set(session?.given ?? names);
  const fits = (name: string) =>
    `${name} ${options[name]}`.toLowerCase().includes(sought.value.trim().toLowerCase());
  const [first, rest] = [true, false].map((isGiven) =>
    names.filter((name) => given.has(name) === isGiven).filter(fits),
  );
  return (
    <Section
      id="options"
      title="Options"
      aside={
        <input
          type="search"
          placeholder="Find an option"
          aria-label="Find an option"
          value={sought.value}
          onInput={(event) => {
            sought.value = event.currentTarget.value;
          }}
        />
      }
    >
      <OptionList names={first} options={options} />
      {rest.length > 0 && (
        <details open={sought.value.trim() !== '' || undefined}>
          <summary>{rest.length} left to their defaults</summary>
          <OptionList names={rest} options={options} />
        </details>
      )}
      {first.length + rest.length === 0 && <p class="quiet">No option has that in its name or value.</p>}
    </Section>
  );
}

function OptionList({ names, options }: { names: readonly string[]; options: Options }) {
  return (
    <dl class="pairs">
      {names.map((name) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{options[name] === '' ? <span class="quiet">empty</span> : String(options[name] ?? 'none')}</dd>
        </div>
      ))}
    </dl>
  );
}
