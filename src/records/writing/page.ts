import { fileUrl, type Html, html } from './html.js';

/** A page: its title and summary, and its own content. */
export interface Page {
  readonly title: string;
  /** One line below the title. */
  readonly summary: string;
  /** The page loads itself again after so many seconds; left out where nothing will change. */
  readonly refreshSeconds?: number;
  /** `--model`, which the page says to programs. */
  readonly model?: string;
  readonly body: Html;
}

/** A picture of the page's `images` folder, with its caption. */
export interface Figure {
  /** File name in `images`. */
  readonly file: string;
  readonly label: string;
  /** Pixels; they keep the page from jumping while pictures load. */
  readonly width?: number;
  readonly height?: number;
}

/** A whole document: one file, no script, nothing from elsewhere. */
export function page({ title, summary, refreshSeconds, model, body }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'">
${refreshSeconds && html`<meta http-equiv="refresh" content="${refreshSeconds}">`}
${model && html`<meta name="model" content="${model}">`}
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p>${summary}</p>
</header>
<main>
${body}
</main>
</body>
</html>
`.source;
}

/** Pictures side by side, each of them a link to its file. */
export function figures(list: readonly Figure[]): Html {
  return html`<div class="figures">${list.map(figure)}</div>`;
}

function figure({ file, label, width, height }: Figure): Html {
  const address = fileUrl(file);
  const size = width && height && html` width="${width}" height="${height}"`;
  return html`
<figure><a href="images/${address}"><img src="images/${address}" alt="${label}" loading="lazy"${size}></a><figcaption>${label}</figcaption></figure>`;
}

/** Three pictures fit beside one another on a phone; none is shown larger than its 256 pixels. */
const STYLE = html`
:root {
  color-scheme: light dark;
  --paper: #fbfaf8; --card: #fff; --ink: #1d2329; --soft: #646d76; --line: #e2dfd9; --accent: #b4471f;
  --gap: .625rem;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #14171a; --card: #1c2024; --ink: #e4e7ea; --soft: #98a1aa; --line: #2d3338; --accent: #f0875c; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem clamp(.75rem, 3vw, 2rem) 3rem; max-width: 72rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; }
header { margin-bottom: 1.5rem; padding-bottom: 1rem; border-bottom: 2px solid var(--accent); }
h1 { margin: 0; font-size: clamp(1.25rem, 1rem + 1.5vw, 1.75rem); line-height: 1.25; overflow-wrap: anywhere; }
header p { margin: .25rem 0 0; color: var(--soft); }
section { margin: 0 0 1rem; padding: .75rem 1rem 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; content-visibility: auto; contain-intrinsic-size: auto 22rem; }
h2 { margin: 0 0 .5rem; font-size: 1rem; overflow-wrap: anywhere; }
h2 small { margin-left: .75rem; color: var(--soft); font-weight: 400; font-variant-numeric: tabular-nums; }
.figures { display: flex; flex-wrap: wrap; gap: var(--gap); }
figure { margin: 0; width: clamp(5.5rem, calc((100% - 2 * var(--gap)) / 3), 16rem); }
figure a { display: block; }
figure a:focus-visible, td a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
img { display: block; width: 100%; height: auto; border-radius: .25rem; background: var(--line); }
figcaption { padding-top: .25rem; color: var(--soft); font-size: .8125rem; overflow-wrap: anywhere; }
.table { max-height: 26rem; margin-bottom: 1.5rem; overflow: auto; border: 1px solid var(--line);
  border-radius: .5rem; background: var(--card); }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .375rem .75rem; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; }
thead { position: sticky; top: 0; background: var(--card); box-shadow: 0 1px var(--line); }
thead tr + tr th { padding-top: 0; color: var(--accent); }
tbody tr:nth-child(even) { background: color-mix(in srgb, var(--line) 35%, transparent); }
td a { color: inherit; }
`;
