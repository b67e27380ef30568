import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Playground } from './playground.js';

/** Pixels of the drawing that an arrow key moves; with Shift ten times as many. */
const KEY_STEP = 2;

/** The canvas that is drawn on, by mouse, finger or pen, and by keyboard. */
export function DrawingPane({ playground }: { playground: Playground }) {
  const { sketch } = playground;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [cursor, setCursor] = useState<{ x: number; y: number; isDown: boolean }>();
  const { value: version } = sketch.version;
  // At once, with the page: an effect after the next frame would be late by one, and by more on a busy machine.
  useLayoutEffect(() => sketch.paint(canvas.current!), [sketch, version]);

  const at = (event: PointerEvent): [number, number] => {
    const { left, top, width, height } = canvas.current!.getBoundingClientRect();
    const { drawing } = sketch;
    return [
      ((event.clientX - left) / width) * drawing.width,
      ((event.clientY - top) / height) * drawing.height,
    ].map((x) => Math.round(2 * x) / 2) as [number, number];
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || !event.isPrimary) return;
    canvas.current!.setPointerCapture(event.pointerId);
    setCursor(undefined);
    sketch.begin(...at(event));
  };
  const onPointerMove = (event: PointerEvent) => {
    if (!canvas.current!.hasPointerCapture(event.pointerId)) return;
    const parts = event.getCoalescedEvents?.() ?? [];
    for (const part of parts.length > 0 ? parts : [event]) sketch.move(...at(part)); // none of an event that a script made
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = KEY_STEP * (event.shiftKey ? 10 : 1);
    const { width, height } = sketch.drawing;
    const { x, y, isDown } = cursor ?? { x: width / 2, y: height / 2, isDown: false };
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    if (event.key in moves) {
      const [dx, dy] = moves[event.key];
      const to = { x: limited(x + dx, width), y: limited(y + dy, height), isDown };
      setCursor(to);
      if (isDown) sketch.move(to.x, to.y);
    } else if (event.key === ' ') {
      if (isDown) sketch.end();
      else sketch.begin(x, y);
      setCursor({ x, y, isDown: !isDown && sketch.tool.value !== 'fill' });
    } else if (event.key === 'Escape' && isDown) {
      sketch.cancel();
      setCursor({ x, y, isDown: false });
    } else return;
    event.preventDefault();
  };

  const { width, height } = sketch.drawing;
  return (
    <div class="sheet" style={`--ratio: ${width / height}`}>
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it takes keys of its own, as an application does */}
      <canvas
        ref={canvas}
        class="drawing"
        role="application"
        tabIndex={0}
        aria-label="Drawing area. Arrow keys move the cursor, Space puts the tool down and lifts it, Escape takes the mark back."
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={() => sketch.end()}
        onPointerCancel={() => sketch.cancel()}
        onKeyDown={onKeyDown}
        onBlur={() => setCursor(undefined)}
      />
      {cursor && (
        <span
          class={cursor.isDown ? 'cursor down' : 'cursor'}
          style={`left: ${(100 * cursor.x) / width}%; top: ${(100 * cursor.y) / height}%`}
        />
      )}
    </div>
  );
}

function limited(x: number, most: number): number {
  return Math.max(0, Math.min(most, x));
}
