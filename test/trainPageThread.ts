import type { ScriptedPage } from './drivenPage.js';

/** A file that a page is given, and its bytes in base64. */
export interface PageFile {
  readonly name: string;
  readonly base64: string;
}

/** What the thread of a page can be asked for. */
export type ThreadRequest = Readonly<Record<string, unknown>>;

/**
 * Has the training page's thread do something, and returns the last of what it tells.
 *
 * @param files the pairs of a new run
 * @param onEvent a function of the page, which is given whatever the thread tells, and the thread
 */
export async function inThread(
  page: ScriptedPage,
  request: ThreadRequest,
  files: readonly PageFile[],
  onEvent = '() => {}',
): Promise<Record<string, unknown>> {
  return (await page.evaluate(`new Promise((resolve) => {
    const onEvent = ${onEvent};
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const files = ${JSON.stringify(files)}.map(({ name, base64 }) => ({ name, file: new Blob([bytes(base64)]) }));
    const worker = new Worker('worker.js', { type: 'module' });
    worker.onmessage = ({ data }) => {
      onEvent(data, worker);
      if (data.kind === 'ended' || data.kind === 'failed') resolve(data);
    };
    worker.onerror = ({ message }) => resolve({ kind: 'failed', message });
    const request = ${JSON.stringify(request)};
    worker.postMessage(request.kind === 'start' ? { ...request, plan: { kind: 'side by side', files } } : request);
  })`)) as Record<string, unknown>;
}
