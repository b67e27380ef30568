import { heatGradient } from './difference.js';
import { differenceTop, hiddenVisuals, type Mode, mode, pair, tileWidth } from './imageSettings.js';
import { comparedVisuals, type Visual } from './visuals.js';

const MODES: readonly { mode: Mode; text: string }[] = [
  { mode: 'plain', text: 'Side by side' },
  { mode: 'difference', text: 'Difference' },
  { mode: 'wipe', text: 'Wipe' },
];
const WIDTHS = [
  { width: 128, text: 'Small' },
  { width: 216, text: 'Medium' },
  { width: 460, text: 'Large' },
];
const TOPS = [255, 128, 64, 32, 16];

/** How images are shown, which, and how large. `visuals` are all that some sample has, one of each name. */
export function ViewBar({ visuals }: { visuals: readonly Visual[] }) {
  return (
    <div class="view-bar">
      {visuals.length > 1 && (
        <fieldset class="choice">
          <legend class="visually-hidden">How images are shown</legend>
          {MODES.map(({ mode: value, text }) => (
            <label key={value}>
              <input
                type="radio"
                name="image-mode"
                checked={mode.value === value}
                onChange={() => {
                  mode.value = value;
                }}
              />
              {text}
            </label>
          ))}
        </fieldset>
      )}
      {mode.value === 'plain' ? <ShownVisuals visuals={visuals} /> : <PairChoice visuals={visuals} />}
      {mode.value === 'difference' && <Scale />}
      <label>
        Size{' '}
        <select
          value={tileWidth.value}
          onChange={(event) => {
            tileWidth.value = Number(event.currentTarget.value);
          }}
        >
          {WIDTHS.map(({ width, text }) => (
            <option key={width} value={width}>
              {text}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function ShownVisuals({ visuals }: { visuals: readonly Visual[] }) {
  if (visuals.length < 2) return null;
  const toggle = (name: string) => {
    const hidden = hiddenVisuals.value;
    hiddenVisuals.value = hidden.includes(name)
      ? hidden.filter((other) => other !== name)
      : [...hidden, name];
  };
  return (
    <fieldset class="checks">
      <legend class="visually-hidden">Which images are shown</legend>
      {visuals.map(({ name, label }) => (
        <label key={name} title={name}>
          <input
            type="checkbox"
            checked={!hiddenVisuals.value.includes(name)}
            onChange={() => toggle(name)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

/** Which two images: left to the rules, or chosen. */
function PairChoice({ visuals }: { visuals: readonly Visual[] }) {
  const [a, b] = pair.value ?? comparedVisuals(visuals)?.map(({ name }) => name) ?? [];
  const select = (place: 0 | 1, value: string | undefined, label: string) => (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => {
        const chosen = event.currentTarget.value;
        pair.value = place === 0 ? [chosen, b ?? chosen] : [a ?? chosen, chosen];
      }}
    >
      {visuals.map(({ name, label: text }) => (
        <option key={name} value={name}>
          {text}
        </option>
      ))}
    </select>
  );
  return (
    <span class="pair">
      {select(0, a, 'First image')} and {select(1, b, 'Second image')}
    </span>
  );
}

/** The colour scale of a difference. */
function Scale() {
  return (
    <span class="scale">
      0 <span class="scale-bar" style={{ background: heatGradient }} />
      <select
        aria-label="Difference, of 255, with the brightest colour"
        value={differenceTop.value}
        onChange={(event) => {
          differenceTop.value = Number(event.currentTarget.value);
        }}
      >
        {TOPS.map((top) => (
          <option key={top} value={top}>
            {top}
          </option>
        ))}
      </select>
    </span>
  );
}
