import type { ComponentChildren } from 'preact';

interface SectionProps {
  /** What the list of sections leads to. */
  readonly id: string;
  readonly title: string;
  /** Beside the title: a number, a choice. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A part of a run's page. */
export function Section({ id, title, aside, children }: SectionProps) {
  return (
    <section class="run-section card" id={id} aria-labelledby={`${id}-title`} tabIndex={-1}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}
