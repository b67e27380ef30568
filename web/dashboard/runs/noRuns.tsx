import { useDashboard } from '../app/dashboard.js';

/** Shown before there is any run. */
export function NoRuns() {
  const { logDirectory, program, problems } = useDashboard();
  return (
    <section class="no-runs">
      <h1>No runs yet</h1>
      {problems.value.map((problem) => (
        <p key={problem} class="warn">
          {problem}
        </p>
      ))}
      <p>
        This page shows every run beneath <code>{logDirectory.value}</code>, and shows a new one as soon as it
        starts. Start one:
      </p>
      <pre class="card">
        <code>{program.value} train --dataroot ./datasets/facades --name facades</code>
      </pre>
      <p>Without images at hand, this trains on ones that it draws, for a minute:</p>
      <pre class="card">
        <code>{program.value} demo</code>
      </pre>
      <p class="quiet">
        Are your runs elsewhere? <code>{program.value} dashboard --logdir FOLDER</code> shows those. Folders
        with event files of PyTorch or TensorFlow can be read too.
      </p>
    </section>
  );
}
