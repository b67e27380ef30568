import type { ComponentChildren } from 'preact';
import { formatBytes } from '../../../src/base/byteSize.js';
import { formatDuration } from '../../../src/base/duration.js';
import { quoted } from '../../../src/base/quoted.js';
import type { RunState } from '../../../src/records/reading/runSummary.js';
import type { RunSession } from '../../../src/records/writing/runRecord.js';
import { useDashboard } from '../app/dashboard.js';
import { formatCount } from '../app/format.js';
import { Section } from './section.js';

/** Each time that the run was started: by what command, from which code, where, and how it ended. Newest first. */
export function SessionsSection({ sessions, state }: { sessions: readonly RunSession[]; state: RunState }) {
  if (sessions.length === 0) return null;
  return (
    <Section id="sessions" title={sessions.length === 1 ? 'Session' : 'Sessions'}>
      {[...sessions].reverse().map((session, i) => (
        <details key={session.id} open={i === 0}>
          <summary>
            {localTime(session.startedAt)}{' '}
            <span class="quiet">{endOf(session, i === 0 ? state : undefined)}</span>
          </summary>
          <Session session={session} number={new Map(sessions.map(({ id }, at) => [id, at + 1]))} />
        </details>
      ))}
    </Section>
  );
}

function Session({ session, number }: { session: RunSession; number: ReadonlyMap<string, number> }) {
  const { commandLine, workingDirectory, git, versions, machine, device, dataset, resumedFrom, plan } =
    session;
  const { program } = useDashboard();
  const parent = resumedFrom?.session === undefined ? undefined : number.get(resumedFrom.session);
  const facts: readonly (readonly [name: string, value: ComponentChildren])[] = [
    [
      'Command',
      commandLine.length > 0 && (
        <code>{[program.value, ...commandLine.map((word) => quoted(word))].join(' ')}</code>
      ),
    ],
    ['In', <code>{workingDirectory}</code>],
    [
      'Goes on from',
      resumedFrom !== undefined &&
        `epoch ${resumedFrom.epoch}, step ${formatCount(resumedFrom.step)}${parent === undefined ? '' : ` of session ${parent}`}`,
    ],
    [
      'Ended',
      session.exit &&
        `${session.exit.reason}${session.exit.message === undefined ? '' : `: ${session.exit.message}`}`,
    ],
    ['Seed', String(session.seed)],
    [
      'Git commit',
      git !== undefined && (
        <>
          <code>{git.commit.slice(0, 12)}</code> {git.branch}
          {git.isDirty && <strong class="dirty"> with changes that were not committed</strong>}
        </>
      ),
    ],
    [
      'Versions',
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    [
      'Machine',
      `${machine.host}: ${machine.system}; ${machine.cpu}, ${machine.cores} cores, ${formatBytes(machine.memoryBytes)}${machine.gpus.map((gpu) => `; ${gpu}`).join('')}`,
    ],
    [
      'Computed on',
      device && (device.adapter === undefined ? device.name : `${device.name}: ${device.adapter}`),
    ],
    [
      'Data set',
      dataset && (
        <>
          {dataset.root}, {dataset.phase}: {formatCount(dataset.samples)} samples
          {dataset.fingerprint !== undefined && (
            <>
              ,{' '}
              <abbr title={`SHA-256 of names and sizes: ${dataset.fingerprint}`}>
                {dataset.fingerprint.slice(0, 12)}
              </abbr>
            </>
          )}
        </>
      ),
    ],
    [
      'Plan',
      plan &&
        `${plan.epochs} epochs of ${formatCount(plan.imagesPerEpoch)} images, to step ${formatCount(plan.lastStep)}`,
    ],
  ];
  return (
    <dl class="facts-list">
      {facts
        .filter(([, value]) => value !== undefined && value !== false && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** How a session ended. Of the last one the run's state tells more than the record, which a crash leaves open. */
function endOf({ startedAt, endedAt, exit }: RunSession, state: RunState | undefined): string {
  if (endedAt === undefined) return exit?.reason ?? state ?? 'gone without a word';
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  return `${exit?.reason ?? 'ended'} after ${formatDuration(Math.max(0, seconds))}`;
}

function localTime(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime())
    ? iso
    : time.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}
