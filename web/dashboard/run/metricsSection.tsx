import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { formatCount, formatNumber } from '../app/format.js';
import { Scrolls } from '../app/scrolls.js';
import { Section } from './section.js';

/** Tags of what validation measures. */
const VALIDATION = /^(val|valid|validation|test|eval|metrics?)\//i;

/** Last and best values of what validation measures; where there is no validation, nothing. */
export function MetricsSection({ run }: { run: RunSummary }) {
  const tags = run.scalars.filter((tag) => VALIDATION.test(tag));
  if (tags.length === 0) return null;
  return (
    <Section id="metrics" title="Validation">
      <Scrolls label="Validation metrics">
        <table>
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col" class="number">
                Last
              </th>
              <th scope="col" class="number">
                Best
              </th>
              <th scope="col" class="number">
                At step
              </th>
            </tr>
          </thead>
          <tbody>
            {tags.map((tag) => (
              <tr key={tag}>
                <th scope="row">{tag}</th>
                <td class="number">{formatNumber(run.last[tag])}</td>
                <td class="number">{formatNumber(run.best[tag]?.value)}</td>
                <td class="number">{run.best[tag] && formatCount(run.best[tag].step)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolls>
    </Section>
  );
}
