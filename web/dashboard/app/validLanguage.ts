// WebKitGTK gives the system's locale as the browser's language: `C`, which is none, on a Linux that was set up without one.
// uPlot formats numbers in that language as soon as it is loaded, and a page would stay empty; so this is imported before it.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
}
