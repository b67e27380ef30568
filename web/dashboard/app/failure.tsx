import { Pix2PixError } from '../../../src/base/errors/pix2pixError.js';
import { NoAnswer } from '../source.js';
import { useDashboard } from './dashboard.js';

/** An error message: what went wrong, where, and the fix. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { connection } = useDashboard();
  // Said once, above everything.
  if (error instanceof NoAnswer && connection.value !== 'open' && retry === undefined) return null;
  const isOurs = error instanceof Pix2PixError;
  return (
    <div class="failure" role="alert">
      <strong>
        {isOurs ? error.summary : `defect of the page: ${error instanceof Error ? error.message : error}`}
      </strong>
      {isOurs && error.fix !== undefined && <span>{error.fix}</span>}
      {retry !== undefined && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}
