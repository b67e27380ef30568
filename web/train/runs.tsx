import { useState } from 'preact/hooks';
import { folderOf } from './folderFiles.js';
import { type ChosenPairs, Folder, PairChoice, planOf } from './pairChoice.js';
import type { NamedFile } from './pairSource.js';
import type { StoredRun, Trainer } from './trainer.js';

/** The runs that the browser has, and what can be done with them. */
export function Runs({ trainer }: { trainer: Trainer }) {
  const { value: runs } = trainer.runs;
  const importRun = (files: readonly NamedFile[]) => {
    const name = folderOf(files) || 'imported';
    const isNew = runs.every((run) => run.name !== name);
    if (isNew || confirm(`Replace ${name}, a run in this browser, by the one in the folder?`))
      void trainer.notices.attempt(() => trainer.importRun(name, files));
  };
  return (
    <section class="card" aria-labelledby="runs">
      <h2 id="runs">Runs in this browser</h2>
      {runs.length === 0 && <p class="quiet">None yet.</p>}
      <ul>
        {runs.map((run) => (
          <Run key={run.name} trainer={trainer} run={run} />
        ))}
      </ul>
      <Folder
        label="Import a run of the command line: its folder in checkpoints"
        disabled={trainer.isBusy}
        set={importRun}
      />
    </section>
  );
}

function Run({ trainer, run: { name, saved } }: { trainer: Trainer; run: StoredRun }) {
  const [isChoosing, setChoosing] = useState(false);
  const remove = () => {
    if (confirm(`Remove ${name} from the browser?`)) void trainer.notices.attempt(() => trainer.remove(name));
  };
  return (
    <li>
      <span>
        <strong>{name}</strong>{' '}
        <span class="quiet">
          {saved === undefined ? 'nothing saved' : `epoch ${saved.epoch}, ${saved.images} images seen`}
        </span>
      </span>
      <span class="buttons">
        {saved !== undefined && (
          <>
            <button
              type="button"
              disabled={trainer.isBusy}
              onClick={() => void trainer.notices.attempt(() => trainer.goOn(name))}
            >
              Continue
            </button>
            <button type="button" onClick={() => void trainer.notices.attempt(() => trainer.download(name))}>
              Download
            </button>
            <button
              type="button"
              disabled={trainer.isBusy}
              aria-expanded={isChoosing}
              onClick={() => setChoosing(!isChoosing)}
            >
              Other images
            </button>
          </>
        )}
        <button type="button" disabled={trainer.isBusy && trainer.run.value === name} onClick={remove}>
          Remove
        </button>
      </span>
      {isChoosing && <OtherImages trainer={trainer} name={name} />}
    </li>
  );
}

/** Images for a run whose own are not in the browser, or that continues with others. */
function OtherImages({ trainer, name }: { trainer: Trainer; name: string }) {
  const [pairs, setPairs] = useState<ChosenPairs>({ kind: 'side by side', A: [], B: [] });
  return (
    <div>
      <PairChoice kinds={['side by side', 'two folders']} chosen={pairs} set={setPairs} />
      <button
        type="button"
        disabled={
          trainer.isBusy || pairs.A.length === 0 || (pairs.kind === 'two folders' && pairs.B.length === 0)
        }
        onClick={() => void trainer.notices.attempt(() => trainer.goOn(name, planOf(pairs, 0)))}
      >
        Continue with these
      </button>
    </div>
  );
}
