import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Histogram, RunDetail, RunSummary } from '../../../src/records/dashboard/api.js';
import { useDashboard } from '../app/dashboard.js';
import { Failure } from '../app/failure.js';
import { formatCount, formatNumber } from '../app/format.js';
import './histograms.css';
import { rangeOf, ridgesOf } from './ridges.js';
import { Section } from './section.js';
import { useFresh } from './useFresh.js';

const BOX = { width: 260, height: 120, rise: 55 };

/** How weights and gradients are spread, step by step: where a training was asked to keep that. */
export function HistogramsSection({ run, detail }: { run: RunSummary; detail: RunDetail }) {
  const tags = detail.histograms;
  const { source } = useDashboard();
  const sought = useSignal('');
  if (tags.length === 0 || source.histograms === undefined) return null;
  const networks = detail.networks.map(({ name }) => name);
  /** Weights first, networks in their order. */
  const rank = (group: string) => {
    const [kind, network = ''] = group.split('/');
    return (kind === 'weights' ? 0 : 100) + ((networks.indexOf(network) + 100) % 100);
  };
  const words = sought.value.trim().toLowerCase();
  const groups = new Map<string, string[]>();
  for (const tag of tags.filter((tag) => tag.toLowerCase().includes(words))) {
    const name = tag.slice(0, Math.max(0, tag.lastIndexOf('/'))) || 'other';
    groups.set(name, [...(groups.get(name) ?? []), tag]);
  }
  return (
    <Section
      id="histograms"
      title="Histograms"
      aside={
        <input
          type="search"
          placeholder="Find a tensor"
          aria-label="Find a tensor"
          value={sought.value}
          onInput={({ currentTarget }) => {
            sought.value = currentTarget.value;
          }}
        />
      }
    >
      {[...groups]
        .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
        .map(([name, members], i) => (
          <details key={name} open={i === 0 || words !== '' || undefined}>
            <summary>
              {name} <span class="quiet">{members.length}</span>
            </summary>
            <div class="histograms">
              {members.map((tag) => (
                <HistogramCard key={tag} run={run} tag={tag} title={tag.slice(tag.lastIndexOf('/') + 1)} />
              ))}
            </div>
          </details>
        ))}
    </Section>
  );
}

/** It asks for its data when it is first in sight. */
function HistogramCard({ run, tag, title }: { run: RunSummary; tag: string; title: string }) {
  const root = useRef<HTMLElement>(null);
  const isSeen = useSignal(false);
  useEffect(() => {
    const observer = new IntersectionObserver(([{ isIntersecting }]) => {
      if (isIntersecting) isSeen.value = true;
    });
    observer.observe(root.current!);
    return () => observer.disconnect();
  }, []);
  return (
    <figure ref={root} class="histogram">
      <figcaption title={tag}>{title}</figcaption>
      {isSeen.value ? <Ridges run={run} tag={tag} /> : <div class="histogram-space" />}
    </figure>
  );
}

function Ridges({ run, tag }: { run: RunSummary; tag: string }) {
  const { source } = useDashboard();
  const { value, failure } = useFresh(() => source.histograms!(run.id, tag), tag, run.revision);
  if (value === undefined)
    return failure === undefined ? <div class="histogram-space" /> : <Failure error={failure} />;
  if (value.length === 0) return <p class="quiet">cannot be read</p>;
  const { min, max } = rangeOf(value);
  return (
    <>
      <svg viewBox={`0 0 ${BOX.width} ${BOX.height + 1}`} role="img" aria-label={describe(tag, value)}>
        {ridgesOf(value, BOX).map(({ step, age, path }) => (
          <path key={step} d={path} style={{ '--age': age }}>
            <title>{`step ${formatCount(step)}`}</title>
          </path>
        ))}
      </svg>
      <p class="histogram-range quiet">
        <span>{formatNumber(Number(min.toPrecision(3)))}</span>
        <span>{formatNumber(Number(max.toPrecision(3)))}</span>
      </p>
    </>
  );
}

function describe(tag: string, histograms: readonly Histogram[]): string {
  const { step, buckets } = histograms[histograms.length - 1];
  const [left, right] = [buckets[0][0], buckets[buckets.length - 1][1]].map((edge) => formatNumber(edge));
  return `${tag} at ${histograms.length} steps; at step ${step} from ${left} to ${right}`;
}
