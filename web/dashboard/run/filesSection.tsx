import { formatBytes } from '../../../src/base/byteSize.js';
import type { RunSummary } from '../../../src/records/dashboard/api.js';
import { useDashboard } from '../app/dashboard.js';
import { Failure } from '../app/failure.js';
import { Scrolls } from '../app/scrolls.js';
import { Section } from './section.js';
import { useFresh } from './useFresh.js';

/** The files of the run's folder. */
export function FilesSection({ run }: { run: RunSummary }) {
  const { source } = useDashboard();
  const { value: files, failure } = useFresh(() => source.files(run.id), run.id, run.revision);
  if (files === undefined) return failure === undefined ? null : <Failure error={failure} />;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return (
    <Section
      id="files"
      title="Files"
      aside={
        <span class="quiet">
          {files.length} files, {formatBytes(bytes)}
        </span>
      }
    >
      <Scrolls label="Files of the run">
        <table>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col" class="number">
                Size
              </th>
              <th scope="col">Changed</th>
            </tr>
          </thead>
          <tbody>
            {files.map((file) => (
              <tr key={file.path}>
                <th scope="row">
                  <code>{file.path}</code>
                </th>
                <td class="number">{formatBytes(file.bytes)}</td>
                <td class="quiet">
                  {new Date(file.modifiedAt).toLocaleString('en-GB', {
                    dateStyle: 'medium',
                    timeStyle: 'short',
                  })}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolls>
    </Section>
  );
}
