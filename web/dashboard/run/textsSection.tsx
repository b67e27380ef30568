import type { RunDetail } from '../../../src/records/dashboard/api.js';
import { formatCount } from '../app/format.js';
import { Section } from './section.js';

/** Texts that were written into the record, as they are: their content is shown as text, never interpreted. */
export function TextsSection({ texts }: Pick<RunDetail, 'texts'>) {
  if (texts.length === 0) return null;
  return (
    <Section id="texts" title="Texts">
      {texts.map(({ tag, step, text }) => (
        <details key={`${tag} ${step}`}>
          <summary>
            {tag} <span class="quiet">at step {formatCount(step)}</span>
          </summary>
          <pre class="text">{text}</pre>
        </details>
      ))}
    </Section>
  );
}
