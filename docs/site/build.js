import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Application } from 'typedoc';
import { build } from 'vitepress';
import { siteContents } from '../../dist/docs/site/pages.js';
import { exportGenerator } from '../../dist/src/inference/export/exportGenerator.js';

/**
 * Builds the documents as a site that any static server can host, with a playground in it: `npm run docs:site`, without
 * network. `-- --model RUN` has another model to play with.
 */
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'dist/site' },
    /** As `pix2pix export` takes it. */
    model: { type: 'string', default: 'demo:facades' },
    checkpoints_dir: { type: 'string' },
  },
});

const root = fileURLToPath(new URL('../../', import.meta.url));
const out = resolve(values.out);
// below the repository, where the packages of the site are found
const stage = mkdtempSync(join(root, 'dist', 'site-'));
try {
  const write = (path, text) => {
    mkdirSync(dirname(join(stage, path)), { recursive: true });
    writeFileSync(join(stage, path), text);
  };
  const { pages, files } = siteContents(root);
  for (const { path, text } of pages) write(path, text);
  for (const [path, source] of files) {
    mkdirSync(dirname(join(stage, path)), { recursive: true });
    copyFileSync(source, join(stage, path));
  }
  await writeApi(join(stage, 'api'));
  const config = new URL('./config.js', import.meta.url).href;
  write('.vitepress/config.mjs', `import { siteConfig } from '${config}';\nexport default siteConfig();\n`);
  await build(stage, { outDir: out });
  await exportGenerator(values.model, {
    checkpointsDir: values.checkpoints_dir,
    format: 'web',
    out: join(out, 'playground'),
  });
} finally {
  rmSync(stage, { recursive: true, force: true });
}

/** The API as Markdown. */
async function writeApi(folder) {
  const app = await Application.bootstrapWithPlugins({
    options: join(root, 'typedoc.json'),
    entryPoints: [join(root, 'src', 'index.ts')],
    tsconfig: join(root, 'tsconfig.json'),
    out: folder,
    plugin: ['typedoc-plugin-markdown'],
    ...{
      entryFileName: 'index',
      outputFileStrategy: 'modules',
      hidePageHeader: true,
      hideBreadcrumbs: true,
      useHTMLAnchors: true,
    },
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('the API cannot be documented: npm run docs:api says why');
  await app.generateOutputs(project);
}
