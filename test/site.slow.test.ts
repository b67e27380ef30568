import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { parseHTML } from 'linkedom';
import { root, temporaryFolder } from './tinyRun.js';

// The documents as a site: built without network, and every link in it leads somewhere.

const site = process.env.PIX2PIX_TEST_SITE ?? join(temporaryFolder(), 'site');
const pages = new Map<string, ReturnType<typeof parseHTML>['document']>();

before(() => {
  if (!existsSync(site)) {
    const argv = [join(root, 'docs', 'site', 'build.js'), '--out', site];
    // a proxy that is not there: whatever would be fetched fails
    const env = { ...process.env, HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9' };
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { env, encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  }
  for (const name of readdirSync(site, { recursive: true }).map(String)) {
    if (name.endsWith('.html')) pages.set(name, parseHTML(readFileSync(join(site, name), 'utf8')).document);
  }
});

/** The file that an address of the site leads to. */
function fileOf(path: string, from: string): string {
  const file = path === '' ? from : path.startsWith('/') ? path.slice(1) : join(dirname(from), path);
  const decoded = decodeURIComponent(file);
  if (decoded === '' || decoded.endsWith('/')) return join(decoded, 'index.html');
  const isThere = existsSync(join(site, decoded)) && statSync(join(site, decoded)).isFile();
  return isThere || existsSync(join(site, `${decoded}.html`)) === false ? decoded : `${decoded}.html`;
}

test('every link leads to a page or a file, and to a heading that is there', () => {
  const broken: string[] = [];
  let links = 0;
  for (const [name, document] of pages) {
    for (const element of document.querySelectorAll('a[href], img[src]')) {
      const target = element.getAttribute('href') ?? element.getAttribute('src') ?? '';
      if (/^(?:[a-z]+:|\/\/)/.test(target)) continue;
      links++;
      const [path, anchor] = target.split('#');
      const file = fileOf(path, name);
      const isThere = existsSync(join(site, file));
      const hasAnchor =
        anchor === undefined ||
        anchor === '' ||
        pages.get(file)?.getElementById(decodeURIComponent(anchor)) != null;
      if (!isThere || !hasAnchor) broken.push(`${name}: ${target}`);
    }
  }
  assert.ok(links > 1000, `${links}`);
  assert.deepEqual(broken, []);
});

test('the generator of the package can be played with in it', () => {
  assert.ok(pages.has(join('playground', 'index.html')));
  assert.ok(existsSync(join(site, 'playground', 'model', 'model.json')));
});

test('a link that leads nowhere ends the build, also one to the playground', () => {
  const stage = mkdtempSync(join(root, 'dist', 'site-')); // below the repository, where VitePress is found
  try {
    mkdirSync(join(stage, '.vitepress'));
    const config = pathToFileURL(join(root, 'docs', 'site', 'config.js')).href;
    writeFileSync(
      join(stage, '.vitepress', 'config.mjs'),
      `import { siteConfig } from '${config}';\nexport default siteConfig();\n`,
    );
    const build = `import { build } from 'vitepress';\nawait build(${JSON.stringify(stage)}, { outDir: ${JSON.stringify(join(stage, 'out'))} });\n`;
    writeFileSync(join(stage, 'build.mjs'), build);
    const run = (link: string) => {
      writeFileSync(join(stage, 'index.md'), `# Page\n\n[link](${link})\n`);
      return spawnSync(process.execPath, [join(stage, 'build.mjs')], { encoding: 'utf8' });
    };
    assert.equal(run('#page').status, 0);
    const { status, stdout, stderr } = run('/playground/nothing');
    assert.equal(status, 1);
    assert.match(stdout + stderr, /dead link.*\/playground\/nothing/i);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
});

test('nothing is loaded from elsewhere', () => {
  for (const [name, document] of pages) {
    for (const element of document.querySelectorAll('script[src], link[href], img[src], iframe')) {
      const address = element.getAttribute('src') ?? element.getAttribute('href') ?? '';
      assert.doesNotMatch(address, /^(?:https?:)?\/\//, name);
    }
  }
});

test('the documents, the API and the search are there', () => {
  for (const name of ['index', 'guide', 'recipes', 'serve', 'api/index'])
    assert.ok(pages.has(`${name}.html`), name);
  const scripts = readdirSync(join(site, 'assets'), { recursive: true }).map(String);
  assert.ok(scripts.some((name) => /localSearchIndex/.test(name)));
});
