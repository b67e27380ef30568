import { useSignal } from '@preact/signals';

/** Puts text onto the clipboard, and says so. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const said = useSignal('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      said.value = 'Copied';
    } catch {
      said.value = 'Not allowed: select and copy it'; // as in a page that is a file, in some browsers
    }
    setTimeout(() => {
      said.value = '';
    }, 3000);
  };
  return (
    <button type="button" onClick={() => void copy()}>
      <span role="status">{said.value || label}</span>
    </button>
  );
}
