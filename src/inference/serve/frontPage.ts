import { html } from 'hono/html';
import { quoted } from '../../base/quoted.js';
import type { SideFormat } from '../../data/batch/sideFormat.js';
import { oddityOf, oddityOfSide } from '../channels.js';
import { formatsOfGenerator } from '../portable/imageFormats.js';
import type { WithoutWeights } from '../withoutWeights.js';

/** A model as the page lists it. */
export interface ListedModel {
  readonly name: string;
  readonly hasPage: boolean;
  /** What is known of it without its weights. */
  readonly generator: WithoutWeights | undefined;
}

/**
 * The list of models: each with its playground, and the line that translates by it.
 * @param origin the address of the service, as the visitor knows it
 */
export function frontPage(models: readonly ListedModel[], origin: string) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>pix2pix serve</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --quiet: light-dark(#5b6475, #98a1b3); --line: light-dark(#d6dae3, #343b4b); --accent: light-dark(#3056d3, #8aa5ff); }
  body { margin: 0 auto; max-width: 46rem; padding: 2.5rem 1.25rem; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#f6f7fa, #12151c); color: light-dark(#1d2330, #e8ebf2); }
  h1 { font-size: 1.6rem; margin: 0; }
  p, summary { color: var(--quiet); }
  ul { list-style: none; padding: 0; }
  li { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; justify-content: space-between; padding: 0.75rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
  a { color: var(--accent); }
  details { flex-basis: 100%; min-width: 0; }
  summary { cursor: pointer; width: fit-content; }
  pre { overflow-x: auto; margin: 0.5rem 0 0; padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: 8px; font-size: 0.85rem; }
</style>
</head>
<body>
<main>
<h1>Models</h1>
${
  models.length === 0
    ? html`<p>There is no model yet.</p>`
    : html`<p>A playground computes in this browser. This server translates, too, by the line of each model.</p>`
}
<ul>
${models.map(
  (model, i) => html`<li><strong>${model.name}</strong>${
    model.hasPage
      ? html`<a href="/playground/${encodeURIComponent(model.name)}/">playground of ${model.name}</a>`
      : ''
  }
<details name="line"${i === 0 ? html` open` : ''}><summary>${purposeOf(model)}</summary>
<pre tabindex="0">${lineOf(model, origin)}</pre></details></li>
`,
)}</ul>
<p><a href="/openapi.json">Description of the service</a> · <a href="/metrics">figures</a></p>
</main>
</body>
</html>`;
}

/** What the line is for. */
function purposeOf({ generator }: ListedModel): string {
  const oddity = generator && oddityOf(generator);
  return oddity === undefined ? 'translate by this server' : `translate where its files are: it ${oddity}`;
}

/** A command that translates by the model; the service takes and makes pictures alone. */
function lineOf({ name, generator }: ListedModel, origin: string): string {
  if (generator === undefined || oddityOf(generator) === undefined)
    return (
      `curl -s -H 'Content-Type: image/png' --data-binary @in.png \\\n` +
      `  '${origin}/v1/translate?model=${encodeURIComponent(name).replaceAll("'", '%27')}' > out.png`
    );
  const { input, output } = formatsOfGenerator(generator);
  return `pix2pix translate --model ${quoted(name)} in.${endingOf(input)} out.${endingOf(output)}`;
}

const endingOf = (side: SideFormat) =>
  side.kind === 'labels' || oddityOfSide(side) === undefined ? 'png' : 'tif';
