import { useState } from 'preact/hooks';
import { sideBySide } from './folderFiles.js';
import { Folder } from './setup.js';
import type { Trainer } from './trainer.js';

/** The runs that the browser has, and what can be done with them. */
export function Runs({ trainer }: { trainer: Trainer }) {
  const [chosen, setChosen] = useState<string>();
  const { value: runs } = trainer.runs;
  return (
    <section class="card" aria-labelledby="runs">
      <h2 id="runs">Runs in this browser</h2>
      {runs.length === 0 && <p class="quiet">None yet.</p>}
      <ul>
        {runs.map(({ name, epoch, images }) => (
          <li key={name}>
            <span>
              <strong>{name}</strong>{' '}
              <span class="quiet">
                epoch {epoch}, {images} images seen
              </span>
            </span>
            <span class="buttons">
              <button type="button" disabled={trainer.isBusy} onClick={() => trainer.goOn(name)}>
                Go on
              </button>
              <button type="button" onClick={() => void trainer.attempt(() => trainer.download(name))}>
                Download
              </button>
              <button type="button" onClick={() => setChosen(chosen === name ? undefined : name)}>
                Other images
              </button>
              <button
                type="button"
                disabled={trainer.isBusy}
                onClick={() => {
                  if (confirm(`Remove ${name} from the browser?`))
                    void trainer.attempt(() => trainer.remove(name));
                }}
              >
                Remove
              </button>
            </span>
            {chosen === name && (
              <Folder label="A folder of pairs" set={(files) => trainer.goOn(name, sideBySide(files))} />
            )}
          </li>
        ))}
      </ul>
      <Folder
        label="Take over a run of the command line: its folder in checkpoints"
        set={(files) => void trainer.attempt(() => trainer.upload(files))}
      />
    </section>
  );
}
