import { signal } from '@preact/signals';

/** Which view the page shows: the part of its address after `#`, so that a reload or a link leads to the same. */
export type Route =
  | { readonly view: 'runs' }
  | { readonly view: 'run'; readonly run: string }
  | { readonly view: 'sweep'; readonly sweep: string }
  | { readonly view: 'images' }
  | { readonly view: 'compare' };

/** `#/`, `#/run/<id>`, `#/sweep/<id>`, `#/images`, `#/compare`; what is none of these is `#/`. */
function parseRoute(hash: string): Route {
  const [, view, ...rest] = hash.split('/');
  if (view === 'run' && rest.length > 0) return { view, run: rest.map(decode).join('/') };
  if (view === 'sweep' && rest.length > 0) return { view, sweep: rest.map(decode).join('/') };
  return view === 'images' || view === 'compare' ? { view } : { view: 'runs' };
}

/** The address of a run's page. */
export function runHref(run: string): string {
  return `#/run/${pathOf(run)}`;
}

/** The address of a sweep's page. */
export function sweepHref(sweep: string): string {
  return `#/sweep/${pathOf(sweep)}`;
}

function pathOf(id: string): string {
  return id.split('/').map(encodeURIComponent).join('/');
}

/** The view that the address bar names. */
export const route = signal<Route>(parseRoute(location.hash));
addEventListener('hashchange', () => {
  route.value = parseRoute(location.hash);
});

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // typed by hand
  }
}
