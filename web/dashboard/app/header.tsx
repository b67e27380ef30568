import { useDashboard } from './dashboard.js';
import { KeysButton } from './keys.js';
import { NotifyButton } from './notifications.js';
import { type Route, route } from './route.js';
import { type Theme, theme } from './theme.js';

const TABS: readonly { view: Route['view']; href: string; text: string }[] = [
  { view: 'runs', href: '#/', text: 'Runs' },
  { view: 'images', href: '#/images', text: 'Images' },
  { view: 'compare', href: '#/compare', text: 'Compare' },
];

/** Name, log directory, views, light or dark. */
export function Header() {
  const { logDirectory } = useDashboard();
  return (
    <header class="top">
      <a class="brand" href="#/">
        pix2pix
      </a>
      <nav aria-label="Views">
        {TABS.map(({ view, href, text }) => (
          <a key={view} href={href} aria-current={route.value.view === view ? 'page' : undefined}>
            {text}
          </a>
        ))}
      </nav>
      <code class="directory" title="the log directory">
        {logDirectory.value}
      </code>
      <span class="top-buttons">
        <NotifyButton />
        <KeysButton />
        <ThemeButton />
      </span>
    </header>
  );
}

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const SIGNS: Readonly<Record<Theme, string>> = { system: '◐', light: '○', dark: '●' };

function ThemeButton() {
  const label = `Colours: ${theme.value}. Change to ${NEXT[theme.value]}`;
  return (
    <button
      type="button"
      class="plain icon"
      aria-label={label}
      title={label}
      onClick={() => {
        theme.value = NEXT[theme.value];
      }}
    >
      {SIGNS[theme.value]}
    </button>
  );
}
