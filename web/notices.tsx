import { signal } from '@preact/signals';

interface Notice {
  readonly text: string;
  readonly isError: boolean;
}

/** What a page tells a person once: what was copied, what could not be opened. */
export class Notices {
  readonly newest = signal<Notice | undefined>(undefined);

  /** Does something that may fail, and says so then. What was told before is done with. */
  async attempt(action: () => Promise<void> | void): Promise<void> {
    this.newest.value = undefined;
    await this.watch(action);
  }

  /** The same, but nobody has asked for it: what was told before stays. */
  async watch(action: () => Promise<void> | void): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.newest.value = { text: (error as Error).message, isError: true };
    }
  }

  say(text: string): void {
    this.newest.value = { text, isError: false };
  }
}

/** The newest notice. Its places are there before it is, since a reader of the screen watches those alone. */
export function NoticeLine({ notices }: { notices: Notices }) {
  const { value: notice } = notices.newest;
  return (
    <>
      <div role="alert">{notice?.isError === true && <p class="failed">{notice.text}</p>}</div>
      <div aria-live="polite">{notice?.isError === false && <p>{notice.text}</p>}</div>
    </>
  );
}
