import type { NetworkRecord } from '../../../src/records/writing/runRecord.js';
import { formatCount } from '../app/format.js';
import { Scrolls } from '../app/scrolls.js';
import { Section } from './section.js';

/** The networks, each with a table of its layers. */
export function NetworksSection({ networks }: { networks: readonly NetworkRecord[] }) {
  if (networks.length === 0) return null;
  return (
    <Section id="networks" title="Networks">
      {networks.map(({ name, parameters, note, layers }) => (
        <details key={name}>
          <summary>
            <strong>{name}</strong> {formatCount(parameters)} parameters{' '}
            <span class="quiet">
              {layers.length} layers{note !== undefined && `; ${note}`}
            </span>
          </summary>
          <Scrolls label={`Layers of ${name}`}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Layer</th>
                  <th scope="col">Tensors</th>
                  <th scope="col" class="number">
                    Parameters
                  </th>
                </tr>
              </thead>
              <tbody>
                {layers.map((layer) => (
                  <tr key={layer.name}>
                    <th scope="row">
                      <code>{layer.name}</code>
                    </th>
                    <td>
                      <code>{layer.tensors.join(', ')}</code>
                    </td>
                    <td class="number">{formatCount(layer.parameters)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scrolls>
        </details>
      ))}
    </Section>
  );
}
