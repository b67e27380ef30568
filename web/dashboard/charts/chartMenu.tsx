import type { ReadonlySignal } from '@preact/signals';
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { useDashboard } from '../app/dashboard.js';
import { Failure } from '../app/failure.js';
import '../app/menu.css';
import { saveFile } from '../../saveFile.js';
import { savePng, saveValues } from './exportChart.js';
import type { Picture } from './linePlot.js';

interface ChartMenuProps {
  readonly tag: string;
  readonly picture: ReadonlySignal<Picture>;
}

/** A run that is exported as one file leaves out the library that draws SVG, which would double its size. */
const DRAWS_SVG = import.meta.env.MODE !== 'report';

/** A chart as a file: its values, or what it shows. */
export function ChartMenu({ tag, picture }: ChartMenuProps) {
  const { source } = useDashboard();
  const id = useId();
  const failure = useSignal<unknown>(undefined);
  const runs = () => picture.value.lines.flatMap(({ run, members }) => members ?? [run]);
  const attempt = (save: () => Promise<void>) => () => {
    failure.value = undefined;
    save().catch((error) => {
      failure.value = error;
    });
  };
  const png = () => savePng(tag, picture.value);
  const svg = async () => {
    if (!DRAWS_SVG) return;
    const { drawSvg } = await import('./svgChart.js');
    saveFile(`${tag}.svg`, new Blob([drawSvg(tag, picture.value)], { type: 'image/svg+xml' }));
  };
  return (
    <>
      <button type="button" class="plain icon" popovertarget={id} aria-label={`Export ${tag}`} title="Export">
        ⤓
      </button>
      <div id={id} popover="auto" class="menu">
        <h3>Export {tag}</h3>
        {(['csv', 'json'] as const).map((format) =>
          source.exportSeriesUrl === undefined ? (
            <button type="button" key={format} onClick={() => saveValues(tag, picture.value.lines, format)}>
              {format.toUpperCase()} of the values
            </button>
          ) : (
            <a class="button" key={format} href={source.exportSeriesUrl(runs(), tag, format)} download>
              {format.toUpperCase()} of all values
            </a>
          ),
        )}
        <button type="button" onClick={attempt(png)}>
          PNG as shown
        </button>
        {DRAWS_SVG && (
          <button type="button" onClick={attempt(svg)}>
            SVG as shown
          </button>
        )}
        {failure.value !== undefined && <Failure error={failure.value} />}
      </div>
    </>
  );
}
