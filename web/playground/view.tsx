import { useEffect, useRef, useState } from 'preact/hooks';
import { NoticeLine } from '../notices.js';
import { DrawingPane } from './drawingPane.js';
import { type Playground, views } from './playground.js';
import { ResultPane } from './resultPane.js';
import { Sources } from './sources.js';
import { Colours, TOOL_KEYS, Tools } from './tools.js';

/** Everything that a person sees of a playground. */
export function PlaygroundView({ playground }: { playground: Playground }) {
  const root = useRef<HTMLDivElement>(null);
  const isOver = useDrops(playground, root);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return; // no field here takes letters
      if (handleKey(playground, event)) event.preventDefault();
    };
    const target = root.current!;
    target.addEventListener('keydown', onKeyDown);
    return () => target.removeEventListener('keydown', onKeyDown);
  }, [playground]);
  return (
    // It takes the focus, and with it the keys, where a click on a button gives the button none, as in Safari.
    <div ref={root} tabIndex={-1} class={isOver ? 'playground over' : 'playground'}>
      <Tools playground={playground} />
      <div class="side">
        <Colours playground={playground} />
        <Sources playground={playground} />
      </div>
      <Stage playground={playground} root={root} />
    </div>
  );
}

function Stage({ playground, root }: { playground: Playground; root: { current: HTMLElement | null } }) {
  const [split, setSplit] = useState(50);
  const isSlider = playground.view.value === 'slider';
  const fullScreen = () =>
    playground.notices.attempt(async () => {
      if (document.fullscreenElement !== null) await document.exitFullscreen();
      else await root.current!.requestFullscreen();
    });
  return (
    <section class="stage" aria-label="Drawing and translation">
      <div class="bar">
        <fieldset class="views">
          <legend class="unseen">View</legend>
          {views.map((view) => (
            <label key={view}>
              <input
                type="radio"
                name="view"
                checked={playground.view.value === view}
                onChange={() => {
                  playground.view.value = view;
                }}
              />
              {view}
            </label>
          ))}
        </fieldset>
        {document.fullscreenEnabled && (
          <button type="button" onClick={() => void fullScreen()}>
            Full screen
          </button>
        )}
        <button type="button" onClick={() => void playground.notices.attempt(() => playground.save())}>
          Save PNG
        </button>
        <button type="button" onClick={() => void playground.notices.attempt(() => playground.copyLink())}>
          Copy link
        </button>
      </div>
      <div class={isSlider ? 'panes slider' : 'panes'} style={`--split: ${split}%`}>
        <DrawingPane playground={playground} />
        <ResultPane playground={playground} />
      </div>
      {isSlider && (
        <input
          class="split"
          type="range"
          aria-label="How much of the translation is shown"
          value={split}
          onInput={({ currentTarget }) => setSplit(currentTarget.valueAsNumber)}
        />
      )}
      <Status playground={playground} />
    </section>
  );
}

/** What happens, in one line, and what was to be told. */
function Status({ playground }: { playground: Playground }) {
  const { translation, notices } = playground;
  const { value: state } = translation.state;
  return (
    <div class="messages">
      {state.kind === 'loading' && (
        <progress max={state.total} value={state.loaded} aria-label="Loading the model" />
      )}
      <p>
        <span role="status">{wordsOf(state)}</span>
        {state.kind === 'ready' && state.milliseconds !== undefined && (
          <span>, {state.milliseconds.toFixed(0)} ms</span>
        )}
      </p>
      {playground.meaning.value.map((text) => (
        <p key={text} class="hint">
          {text}
        </p>
      ))}
      {state.kind === 'failed' && <Failure message={state.message} again={() => playground.tryAgain()} />}
      <NoticeLine notices={notices} />
    </div>
  );
}

/** Few words for those who want to draw, and all for whoever has put the page up. */
function Failure({ message, again }: { message: string; again: () => void }) {
  return (
    <>
      <button type="button" onClick={again}>
        Try again
      </button>
      <details>
        <summary>What went wrong</summary>
        <p class="failed">{message}</p>
      </details>
    </>
  );
}

/** What a reader of the screen hears: not how long every translation takes. */
function wordsOf(state: Playground['translation']['state']['value']): string {
  switch (state.kind) {
    case 'loading':
      return 'Loading the model …';
    case 'failed':
      return 'The model cannot be used just now, so nothing is translated. Your drawing stays.';
    case 'ready':
      return `Ready, on your ${state.backend === 'webgpu' ? 'GPU' : 'processor'}`;
  }
}

/** Whether the key meant something. */
function handleKey(playground: Playground, event: KeyboardEvent): boolean {
  const { sketch } = playground;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key === 'z' && !event.shiftKey) sketch.undo();
    else if (key === 'y' || (key === 'z' && event.shiftKey)) sketch.redo();
    else return false;
    return true;
  }
  const brush = playground.brushes.value[Number(key) - 1];
  if (key in TOOL_KEYS) sketch.tool.value = TOOL_KEYS[key];
  else if (brush !== undefined) sketch.takeInk(brush.colour);
  else if (key === '[') sketch.width.value = Math.max(1, sketch.width.value - 2);
  else if (key === ']') sketch.width.value = Math.min(64, sketch.width.value + 2);
  else return false;
  return true;
}

/** Pictures that are dropped on the playground or pasted. */
function useDrops(playground: Playground, root: { current: HTMLElement | null }): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const target = root.current!;
    const open = (items: DataTransfer | null) => {
      const file = [...(items?.files ?? [])][0];
      if (file !== undefined) void playground.notices.attempt(() => playground.openFile(file, file.name));
      return file !== undefined;
    };
    const over = (event: DragEvent) => {
      event.preventDefault();
      setOver(event.type === 'dragover');
    };
    const drop = (event: DragEvent) => {
      over(event);
      open(event.dataTransfer);
    };
    const paste = (event: ClipboardEvent) => {
      const isHere = event.composedPath().includes(target);
      // To the body go pastes while nothing has the focus, and in Firefox all that no text field takes.
      const isNowhere = event.target === document.body;
      const hasFocus = (target.getRootNode() as ShadowRoot).activeElement !== null;
      const isOurs = isHere || (isNowhere && (hasFocus || playground.ownsPage));
      if (isOurs && open(event.clipboardData)) event.preventDefault();
    };
    target.addEventListener('dragover', over);
    target.addEventListener('dragleave', over);
    target.addEventListener('drop', drop);
    document.addEventListener('paste', paste);
    return () => {
      target.removeEventListener('dragover', over);
      target.removeEventListener('dragleave', over);
      target.removeEventListener('drop', drop);
      document.removeEventListener('paste', paste);
    };
  }, [playground, root]);
  return isOver;
}
