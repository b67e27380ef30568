import { Pix2PixError } from '../../../src/base/errors/pix2pixError.js';
import { useDashboard } from '../app/dashboard.js';

/** The filter, and beneath it the error of one that cannot be understood. */
export function FilterField() {
  const { filter, filtered } = useDashboard();
  const { error } = filtered.value;
  return (
    <div class="filter">
      <input
        id="filter"
        type="search"
        aria-label="Filter of runs"
        aria-describedby="filter-error"
        aria-invalid={error !== undefined}
        placeholder="Filter: lr > 1e-4 and netG = unet_256"
        spellcheck={false}
        autocomplete="off"
        value={filter.value}
        onInput={({ currentTarget }) => {
          filter.value = currentTarget.value;
        }}
        onKeyDown={({ key, currentTarget }) => {
          if (key === 'ArrowDown' || key === 'Enter')
            document.querySelector<HTMLElement>('tr[tabindex="0"]')?.focus();
          if (key === 'Escape' && filter.value === '') currentTarget.blur();
        }}
      />
      <p id="filter-error" class="filter-error" role="status">
        {textOf(error)}
      </p>
    </div>
  );
}

function textOf(error: unknown): string {
  if (error === undefined) return '';
  return error instanceof Pix2PixError
    ? `${error.summary}, at ${error.facts.at}: ${error.fix}`
    : String(error);
}
