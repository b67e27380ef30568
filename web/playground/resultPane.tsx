import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Playground } from './playground.js';

/** The translation. */
export function ResultPane({ playground }: { playground: Playground }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { value: result } = playground.translation.result;
  // With the page, which says at once that it is translated.
  useLayoutEffect(() => {
    if (result === undefined) return;
    const { width, height } = result;
    Object.assign(canvas.current!, { width, height });
    canvas.current!.getContext('2d')!.putImageData(result, 0, 0);
  }, [result]);
  const ratio = result === undefined ? 1 : result.width / result.height;
  return (
    <div class="sheet" style={`--ratio: ${ratio}`}>
      <canvas
        ref={canvas}
        class={playground.makesClasses.value ? 'result classes' : 'result'}
        role="img"
        aria-label="Translation"
      />
    </div>
  );
}
