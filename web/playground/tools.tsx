import type { Colour } from '../../src/data/batch/labelColours.js';
import type { Playground } from './playground.js';
import { type Tool, tools } from './sketch.js';

/** The keys that choose tools. */
export const TOOL_KEYS: Readonly<Record<string, Tool>> = {
  b: 'brush',
  e: 'eraser',
  f: 'fill',
  l: 'line',
  r: 'box',
};

/** Paths in a box of 24 by 24. */
const ICONS: Readonly<Record<Tool, string>> = {
  brush: 'M14 3l7 7-8 8-7-7zM6 12c-3 1-2 5-4 8 4 1 8 0 9-3z',
  eraser: 'M9 20l-6-6L14 3l7 7-10 10zM9 20h12M8 9l7 7',
  fill: 'M4 12L12 4l8 8-8 8zM12 4L9 1M4 12h16M21 15c-2 3-2 5 0 5s2-2 0-5z',
  line: 'M4 20L20 4',
  box: 'M4 5h16v14H4z',
};

/** The tools, their width, and the way back. */
export function Tools({ playground }: { playground: Playground }) {
  const { sketch } = playground;
  sketch.version.value;
  return (
    <div class="tools" role="toolbar" aria-label="Tools">
      {tools.map((tool) => (
        <button
          key={tool}
          type="button"
          class="icon"
          aria-label={tool}
          aria-pressed={sketch.tool.value === tool}
          title={`${tool} (${Object.keys(TOOL_KEYS).find((key) => TOOL_KEYS[key] === tool)})`}
          onClick={() => {
            sketch.tool.value = tool;
          }}
        >
          <Icon path={ICONS[tool]} />
          <span class="name">{tool}</span>
        </button>
      ))}
      <label class="width">
        <span class="name">Width</span>
        <input
          type="range"
          aria-label="Width"
          min="1"
          max="64"
          value={sketch.width.value}
          onInput={({ currentTarget }) => {
            sketch.width.value = currentTarget.valueAsNumber;
          }}
        />
      </label>
      <button
        type="button"
        class="icon"
        aria-label="Undo"
        title="Undo (Ctrl+Z)"
        disabled={!sketch.canUndo}
        onClick={() => sketch.undo()}
      >
        <Icon path="M8 4L3 9l5 5M3 9h11a6 6 0 010 12h-4" />
        <span class="name">Undo</span>
      </button>
      <button
        type="button"
        class="icon"
        aria-label="Redo"
        title="Redo (Ctrl+Y)"
        disabled={!sketch.canRedo}
        onClick={() => sketch.redo()}
      >
        <Icon path="M16 4l5 5-5 5M21 9H10a6 6 0 000 12h4" />
        <span class="name">Redo</span>
      </button>
      <button
        type="button"
        class="icon"
        aria-label="Clear"
        title="Start afresh"
        onClick={() => playground.startAfresh()}
      >
        <Icon path="M4 6h16M9 6V4h6v2M6 6l1 15h10l1-15" />
        <span class="name">Clear</span>
      </button>
    </div>
  );
}

function Icon({ path }: { path: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

/** The colours to draw in. */
export function Colours({ playground }: { playground: Playground }) {
  const { sketch, brushes } = playground;
  return (
    <fieldset class="colours">
      <legend class="unseen">Colours</legend>
      {brushes.value.map(({ colour, name = hex(colour) }, i) => (
        <label key={name} title={i < 9 ? `${name} (${i + 1})` : name}>
          <input
            type="radio"
            name="colour"
            class="swatch"
            style={`background: ${hex(colour)}`}
            checked={hex(sketch.ink.value) === hex(colour)}
            onClick={() => sketch.takeInk(colour)} // also the chosen one, with the eraser in hand
          />
          {name}
        </label>
      ))}
      {playground.otherInk.value === 'grey' && (
        <label class="other" title="Any other grey">
          <input
            type="range"
            style="width: 6rem"
            min="0"
            max="255"
            value={sketch.ink.value[0]}
            onInput={({ currentTarget: { valueAsNumber: level } }) => sketch.takeInk([level, level, level])}
          />
          other
        </label>
      )}
      {playground.otherInk.value === 'colour' && (
        <label class="other" title="Any other colour">
          <input
            type="color"
            value={hex(sketch.ink.value)}
            onInput={({ currentTarget }) => sketch.takeInk(ofHex(currentTarget.value))}
          />
          other
        </label>
      )}
    </fieldset>
  );
}

function hex(colour: Colour): string {
  return `#${colour.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

function ofHex(text: string): Colour {
  return [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16)) as unknown as Colour;
}
