import { defineConfig } from 'vite';

// The dashboard's page. `vite build` makes the page that `pix2pix dashboard` serves; `vite build --mode report` makes
// the page of one run as a single file, which the server fills with the run's data.

const OUT = '../../dist/web/dashboard';

export default defineConfig(({ mode }) => {
  const isReport = mode === 'report';
  return {
    base: './',
    logLevel: 'warn',
    plugins: isReport ? [inlineEverything()] : [],
    build: {
      outDir: OUT,
      emptyOutDir: !isReport,
      target: 'es2022',
      // Browsers that know light-dark(): otherwise each colour is written twice.
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1000,
      rolldownOptions: {
        input: isReport ? 'report.html' : 'index.html',
        output: isReport ? { codeSplitting: false } : {},
      },
    },
  };
});

/** Puts script and style into the HTML, so that the page is a single file. */
function inlineEverything() {
  return {
    name: 'inline-everything',
    enforce: 'post',
    generateBundle(_, bundle) {
      const page = Object.values(bundle).find(({ fileName }) => fileName.endsWith('.html'));
      if (page?.type !== 'asset') throw new Error('the report has no HTML file');
      const take = (name) => {
        const file = bundle[name.replace(/^\.\//, '')];
        delete bundle[file.fileName];
        return file.type === 'chunk' ? file.code : String(file.source);
      };
      const script = [];
      const html = String(page.source)
        .replace(/<script type="module"[^>]* src="([^"]+)"><\/script>/, (_, name) => {
          script.push(`<script type="module">${take(name).replaceAll('</script', '<\\/script')}</script>`);
          return '';
        })
        .replace(/<link rel="stylesheet"[^>]* href="([^"]+)">/g, (_, name) => `<style>${take(name)}</style>`);
      // Behind the data, which the script reads. A function, so that a `$` of the script means itself.
      page.source = html.replace('</body>', () => `${script.join('')}</body>`);
    },
  };
}
