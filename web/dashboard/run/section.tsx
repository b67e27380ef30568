import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

interface SectionProps {
  readonly id: SectionId;
  readonly title: string;
  /** Beside the title: a number, a choice. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

type SectionId = (typeof ORDER)[number];

/** The sections of a run's page, from top to bottom. */
const ORDER = [
  'images',
  'charts',
  'histograms',
  'metrics',
  'options',
  'sessions',
  'networks',
  'texts',
  'files',
  'log',
] as const;

/** Those that the page has: a run without images has no section for them. */
const present = signal<ReadonlyMap<SectionId, string>>(new Map());

/** A part of a run's page. */
export function Section({ id, title, aside, children }: SectionProps) {
  useLayoutEffect(() => {
    present.value = new Map(present.value).set(id, title);
    return () => {
      const others = new Map(present.value);
      others.delete(id);
      present.value = others;
    };
  }, [id, title]);
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

/** Leads to the sections. The address after `#` names the view, so these cannot be links. */
export function SectionLinks() {
  const go = (id: SectionId) => {
    const section = document.getElementById(id);
    section?.scrollIntoView();
    section?.focus({ preventScroll: true });
  };
  return (
    <nav class="section-links" aria-label="Sections">
      {ORDER.filter((id) => present.value.has(id)).map((id) => (
        <button type="button" class="plain" key={id} onClick={() => go(id)}>
          {present.value.get(id)}
        </button>
      ))}
    </nav>
  );
}
