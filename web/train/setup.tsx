import { useState } from 'preact/hooks';
import { type ChosenPairs, PairChoice, planOf } from './pairChoice.js';
import type { Trainer } from './trainer.js';

const SIZES = [64, 128, 256] as const;
const WIDTHS = [8, 16, 32, 64] as const;

/** What to learn from, and how. */
export function Setup({ trainer }: { trainer: Trainer }) {
  const [pairs, setPairs] = useState<ChosenPairs>({ kind: 'facades', A: [], B: [] });
  const [form, setForm] = useState({
    name: 'mine',
    direction: 'BtoA',
    size: 128,
    ngf: 16,
    epochs: 20,
    batch_size: 1,
    asTheyAre: false,
  });
  const set = (changes: Partial<typeof form>) => setForm({ ...form, ...changes });
  const start = () =>
    trainer.notices.attempt(() => {
      const { name, direction, size, ngf, epochs, batch_size, asTheyAre } = form;
      const isResized = pairs.kind !== 'facades' && !asTheyAre;
      const loaded = Math.round((size * 286) / 256);
      trainer.start(
        name,
        {
          ...{
            direction,
            netG: `unet_${size}`,
            ngf,
            ndf: ngf,
            batch_size,
            load_size: loaded,
            crop_size: size,
          },
          preprocess: isResized ? 'resize_and_crop' : 'none',
          n_epochs: Math.ceil(epochs / 2),
          n_epochs_decay: Math.floor(epochs / 2),
        },
        planOf(pairs, size),
      );
    });
  const choice = (
    name: string,
    values: readonly number[],
    value: number,
    choose: (value: number) => void,
  ) => (
    <label>
      {name}
      <select value={value} onChange={({ currentTarget }) => choose(Number(currentTarget.value))}>
        {values.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <h2>A new run</h2>
      <PairChoice kinds={['facades', 'side by side', 'two folders']} chosen={pairs} set={setPairs} />
      <div class="fields">
        <label>
          Name
          <input
            required
            pattern="[A-Za-z0-9][A-Za-z0-9_.\-]*"
            value={form.name}
            onInput={({ currentTarget }) => set({ name: currentTarget.value })}
          />
        </label>
        <label>
          Direction
          <select
            value={form.direction}
            onChange={({ currentTarget }) => set({ direction: currentTarget.value })}
          >
            <option value="BtoA">B to A</option>
            <option value="AtoB">A to B</option>
          </select>
        </label>
        {choice('Size in pixels', SIZES, form.size, (size) => set({ size }))}
        {choice('Width of the networks', WIDTHS, form.ngf, (ngf) => set({ ngf }))}
        {choice('Batch size', [1, 2, 4, 8], form.batch_size, (batch_size) => set({ batch_size }))}
        <label>
          Epochs
          <input
            type="number"
            min="1"
            max="10000"
            value={form.epochs}
            onInput={({ currentTarget }) => set({ epochs: currentTarget.valueAsNumber || 1 })}
          />
        </label>
      </div>
      {pairs.kind !== 'facades' && (
        <label class="choice">
          <input
            type="checkbox"
            checked={form.asTheyAre}
            onChange={({ currentTarget }) => set({ asTheyAre: currentTarget.checked })}
          />
          the images have that size already: take them as they are
        </label>
      )}
      <button type="submit" class="primary" disabled={trainer.isBusy}>
        Train
      </button>
    </form>
  );
}
