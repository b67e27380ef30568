import { useId } from 'preact/hooks';
import { filesOf, sideBySide, twoFolders } from './folderFiles.js';
import type { NamedFile, PairPlan } from './pairSource.js';

/** Drawn by the page itself. */
const FACADES = 200;

const WORDS: Readonly<Record<PairPlan['kind'], string>> = {
  facades: `${FACADES} facades that this page draws`,
  'side by side': 'a folder of pairs, A left and B right in one image',
  'two folders': 'two folders, A and B, with the same file names',
};

/** What a person has chosen to learn from. */
export interface ChosenPairs {
  readonly kind: PairPlan['kind'];
  readonly A: readonly NamedFile[];
  readonly B: readonly NamedFile[];
}

/** @param size of facades, in pixels */
export function planOf({ kind, A, B }: ChosenPairs, size: number): PairPlan {
  if (kind === 'side by side') return sideBySide(A);
  if (kind === 'two folders') return twoFolders(A, B);
  return { kind, count: FACADES, size };
}

/** The choice of where pairs come from. */
export function PairChoice({
  kinds,
  chosen,
  set,
}: {
  kinds: readonly PairPlan['kind'][];
  chosen: ChosenPairs;
  set: (chosen: ChosenPairs) => void;
}) {
  const group = useId();
  const { kind, A, B } = chosen;
  return (
    <fieldset>
      <legend>Learn from</legend>
      {kinds.map((each) => (
        <label key={each} class="choice">
          <input
            type="radio"
            name={group}
            checked={kind === each}
            onChange={() => set({ ...chosen, kind: each })}
          />
          {WORDS[each]}
        </label>
      ))}
      {kind !== 'facades' && (
        <Folder
          label={kind === 'two folders' ? 'Folder A' : 'Folder'}
          set={(files) => set({ ...chosen, A: files })}
          count={A.length}
        />
      )}
      {kind === 'two folders' && (
        <Folder label="Folder B" set={(files) => set({ ...chosen, B: files })} count={B.length} />
      )}
    </fieldset>
  );
}

/** A folder to be chosen. */
export function Folder({
  label,
  set,
  count = 0,
  disabled = false,
}: {
  label: string;
  set: (files: readonly NamedFile[]) => void;
  count?: number;
  disabled?: boolean;
}) {
  return (
    <label class="folder">
      <span>{label}</span>
      <input
        type="file"
        multiple
        disabled={disabled}
        {...{ webkitdirectory: true }}
        onChange={({ currentTarget }) => {
          const files = filesOf(currentTarget.files);
          if (files.length > 0) set(files);
        }}
      />
      {count > 0 && <span class="quiet">{count} files</span>}
    </label>
  );
}
