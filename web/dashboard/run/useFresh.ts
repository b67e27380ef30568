import { useEffect, useState } from 'preact/hooks';

/** The least time between two requests for the same. */
const PAUSE_MILLISECONDS = 2000;

/**
 * The answer of `ask`, which is called again when `revision` has changed, at most every two seconds. An answer stays
 * until there is a newer one, also where a later request fails.
 */
export function useFresh<T>(
  ask: () => Promise<T>,
  subject: string,
  revision: number,
): { value: T | undefined; failure: unknown } {
  const [answer, setAnswer] = useState<{ value?: T; failure?: unknown; at: number }>({ at: 0 });
  useEffect(() => {
    let isWanted = true;
    const wait = Math.max(0, answer.at + PAUSE_MILLISECONDS - Date.now());
    const timer = setTimeout(() => {
      const keep = (news: { value?: T; failure?: unknown }) =>
        isWanted && setAnswer((last) => ({ value: last.value, ...news, at: Date.now() }));
      ask().then(
        (value) => keep({ value, failure: undefined }),
        (failure) => keep({ failure }),
      );
    }, wait);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [subject, revision]);
  return { value: answer.value, failure: answer.failure };
}
