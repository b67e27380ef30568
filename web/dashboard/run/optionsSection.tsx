import { useSignal } from '@preact/signals';
import {
  isWholeHistory,
  type OptionOrigin,
  optionOrigins,
} from '../../../src/records/reading/optionOrigins.js';
import type { RunSession } from '../../../src/records/writing/runRecord.js';
import { Section } from './section.js';

type Options = Readonly<Record<string, string | number | boolean | null>>;

interface OptionsProps {
  readonly options: Options;
  readonly sessions: readonly RunSession[];
}

/** The options of a run: first those that somebody has given or changed, then the rest. */
export function OptionsSection({ options, sessions }: OptionsProps) {
  const sought = useSignal('');
  const origins: readonly OptionOrigin[] =
    sessions.length > 0
      ? optionOrigins(sessions)
      : Object.keys(options)
          .sort()
          .map((name) => ({ name, value: options[name] }));
  if (origins.length === 0) return null;
  const fits = ({ name, value }: OptionOrigin) =>
    `${name} ${value}`.toLowerCase().includes(sought.value.trim().toLowerCase());
  const isChosen = ({ givenIn, before }: OptionOrigin) =>
    sessions.length === 0 || givenIn !== undefined || before !== undefined;
  const [first, rest] = [true, false].map((wanted) =>
    origins.filter((origin) => isChosen(origin) === wanted).filter(fits),
  );
  const whence = isWholeHistory(sessions) ? 'left to their defaults' : 'by default, or from a checkpoint';
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
      <OptionList origins={first} isSingle={sessions.length < 2} />
      {rest.length > 0 && (
        <details open={sought.value.trim() !== '' || undefined}>
          <summary>
            {rest.length} {whence}
          </summary>
          <OptionList origins={rest} isSingle={sessions.length < 2} />
        </details>
      )}
      {first.length + rest.length === 0 && <p class="quiet">No option has that in its name or value.</p>}
    </Section>
  );
}

function OptionList({ origins, isSingle }: { origins: readonly OptionOrigin[]; isSingle: boolean }) {
  return (
    <dl class="pairs">
      {origins.map((origin) => (
        <div key={origin.name}>
          <dt>{origin.name}</dt>
          <dd>
            {origin.value === '' ? <span class="quiet">empty</span> : String(origin.value ?? 'none')}
            {!isSingle && <span class="quiet origin"> {describe(origin)}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** `session 2; 0.0002 before` */
function describe({ givenIn, before }: OptionOrigin): string {
  const given = givenIn === undefined ? [] : [`session ${givenIn}`];
  const changed = before === undefined ? [] : [`${before.value} in session ${before.session}`];
  return [...given, ...changed].join('; ');
}
