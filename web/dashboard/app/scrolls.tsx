import type { ComponentChildren, Ref } from 'preact';

interface ScrollsProps {
  /** The name of the content, for screen readers. */
  readonly label: string;
  readonly class?: string;
  readonly view?: Ref<HTMLElement>;
  readonly onScroll?: (event: { readonly currentTarget: HTMLElement }) => void;
  readonly children: ComponentChildren;
}

/** Content that may be larger than its place: it scrolls by itself, by keyboard too. */
export function Scrolls({ label, class: extra = '', view, onScroll, children }: ScrollsProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section ref={view} class={`scrolls ${extra}`} tabIndex={0} aria-label={label} onScroll={onScroll}>
      {children}
    </section>
  );
}
