import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { useDashboard } from '../app/dashboard.js';
import { Failure } from '../app/failure.js';
import { runHref } from '../app/route.js';
import { nameOf } from '../charts/line.js';
import { fieldScale, fieldValue } from './fieldScale.js';

/** An option against a metric. What draws it is loaded when it is first wanted. */
export function Scatter({ runs, x, y }: { runs: readonly RunSummary[]; x: string; y: string }) {
  const dashboard = useDashboard();
  const root = useRef<HTMLDivElement>(null);
  const failure = useSignal<unknown>(undefined);
  const points = runs.flatMap((run) => {
    const [atX, atY] = [fieldValue(run, x), fieldValue(run, y)];
    if (atX === undefined || atY === undefined) return [];
    const place = { x: typeof atX === 'boolean' ? String(atX) : atX, y: atY };
    return [{ name: nameOf(run), href: runHref(run.id), color: dashboard.colourOf(run.id), ...place }];
  });
  useEffect(() => {
    let isWanted = true;
    const draw = async () => {
      const { drawScatter } = await import('./scatterPlot.js');
      if (!isWanted || root.current === null) return;
      const axis = (field: string) => ({ label: field, kind: fieldScale(runs, field).kind });
      root.current.replaceChildren(drawScatter(points, axis(x), axis(y), root.current.clientWidth));
    };
    draw().catch((error) => {
      failure.value = error;
    });
    return () => {
      isWanted = false;
    };
  }, [x, y, JSON.stringify(points)]);
  if (failure.value !== undefined) return <Failure error={failure.value} />;
  return <div ref={root} class="scatter" />;
}
