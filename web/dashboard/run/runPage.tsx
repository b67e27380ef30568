import { useMemo } from 'preact/hooks';
import type { RunDetail, RunSummary } from '../../../src/records/dashboard/api.js';
import { useDashboard } from '../app/dashboard.js';
import { Failure } from '../app/failure.js';
import { ChartGrid } from '../charts/chartGrid.js';
import { ImagePanel } from '../images/imagePanel.js';
import { imagesOf } from '../images/imagesOf.js';
import { useRunDetail } from './details.js';
import { FilesSection } from './filesSection.js';
import { HistogramsSection } from './histogramsSection.js';
import { LogSection } from './logSection.js';
import { MetricsSection } from './metricsSection.js';
import { NetworksSection } from './networksSection.js';
import { OptionsSection } from './optionsSection.js';
import './run.css';
import { RunHeader } from './runHeader.js';
import { Section, SectionLinks } from './section.js';
import { SessionsSection } from './sessionsSection.js';
import { TextsSection } from './textsSection.js';

/** All that is known of one run. */
export function RunPage({ id }: { id: string }) {
  const run = useDashboard().byId.value?.get(id);
  if (run === undefined) {
    return (
      <>
        <h1>{id}</h1>
        <p>There is no such run, or its folder has vanished.</p>
        <p>
          <a href="#/">All runs</a>
        </p>
      </>
    );
  }
  return <PresentRun run={run} />;
}

function PresentRun({ run }: { run: RunSummary }) {
  const { detail, failure } = useRunDetail(run);
  return (
    <article class="run-page">
      <RunHeader run={run} detail={detail} />
      {failure !== undefined && <Failure error={failure} />}
      <SectionLinks />
      {detail !== undefined && <Images detail={detail} />}
      {run.scalars.length > 0 && (
        <Section id="charts" title="Charts">
          <ChartGrid runs={[run]} />
        </Section>
      )}
      {detail !== undefined && <HistogramsSection run={run} detail={detail} />}
      <div class="run-columns">
        <MetricsSection run={run} />
        {detail !== undefined && <OptionsSection options={run.options} sessions={detail.sessions} />}
        {detail !== undefined && <SessionsSection sessions={detail.sessions} state={run.state} />}
        {detail !== undefined && <NetworksSection networks={detail.networks} />}
        {detail !== undefined && <TextsSection texts={detail.texts} />}
        <FilesSection run={run} />
      </div>
      <LogSection run={run} />
    </article>
  );
}

function Images({ detail }: { detail: RunDetail }) {
  const color = useDashboard().colourOf(detail.summary.id);
  const runs = useMemo(() => [imagesOf(detail, color)], [detail, color]);
  if (detail.imageSteps.length === 0) return null;
  return (
    <Section id="images" title="Images">
      <ImagePanel runs={runs} samplesAtFirst={2} />
    </Section>
  );
}
