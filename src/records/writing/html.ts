/** A piece of HTML that is safe to put into a page as it stands. */
export class Html {
  constructor(readonly source: string) {}

  toString(): string {
    return this.source;
  }
}

type Interpolated = Html | string | number | undefined | readonly Interpolated[];

/**
 * Builds HTML from a template in which everything inserted is escaped, for text and for quoted attributes, except HTML
 * itself; lists are joined and undefined is nothing. A link's address must begin with text of the template's own, so
 * that no inserted `javascript:` becomes one.
 *
 * ```
 * html`<a href="images/${fileUrl(name)}">${name}</a>`
 * ```
 */
export function html(parts: TemplateStringsArray, ...values: Interpolated[]): Html {
  return new Html(parts.reduce((source, part, i) => source + render(values[i - 1]) + part));
}

/** A file's name as one step of a relative address: everything but letters, digits and -_.~ is percent-encoded. */
export function fileUrl(name: string): string {
  const wellFormed = name.replace(/[\ud800-\udfff]/gu, '\ufffd'); // encodeURIComponent refuses half a surrogate pair
  return encodeURIComponent(wellFormed).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function render(value: Interpolated): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.source;
  if (typeof value === 'object') return value.map(render).join('');
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}
