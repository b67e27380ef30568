import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, posix } from 'node:path';

/** A page of the site: its path in the site, and its text. */
export interface SitePage {
  readonly path: string;
  readonly text: string;
}

/** What is put into the site. */
export interface SiteContents {
  readonly pages: readonly SitePage[];
  /** Files of the repository that are copied, by their paths in the site. */
  readonly files: ReadonlyMap<string, string>;
}

const LANGUAGES: Readonly<Record<string, string>> = {
  '.ts': 'ts',
  '.tsx': 'tsx',
  '.js': 'js',
  '.html': 'html',
  '.py': 'python',
  '.sh': 'sh',
};

/** Where the documents of the repository stand in the site. */
export function documentPaths(root: string): Map<string, string> {
  const ofDocs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  return new Map([
    ['README.md', 'index.md'],
    ...['CONTRIBUTING.md', 'CHANGELOG.md'].map((name) => [name, name.toLowerCase()] as const),
    ...ofDocs.map((name) => [`docs/${name}`, name] as const),
  ]);
}

/**
 * The documents as pages, and what they link to: pictures are copied, and a source becomes a page that shows it, so that no
 * link leads out of the site.
 * @param root of the repository
 * @throws Error where a link leads nowhere
 */
export function siteContents(root: string): SiteContents {
  const documents = documentPaths(root);
  const pages: SitePage[] = [];
  const sources = new Map<string, string>();
  const files = new Map<string, string>();
  const siteOf = (target: string): string => {
    const known = documents.get(target) ?? sources.get(target) ?? files.get(target);
    if (known !== undefined) return known;
    const path = join(root, target);
    if (!existsSync(path)) throw new Error(`there is no ${target}`);
    if (/\.(?:webp|svg|png)$/.test(target)) files.set(target, target.replace(/^docs\//, ''));
    else sources.set(target, `files/${target.replace(/\.html$/, '-html')}.md`); // VitePress takes .html off links
    return siteOf(target);
  };
  for (const [source, path] of documents) {
    const text = readFileSync(join(root, source), 'utf8');
    pages.push({ path, text: withLinks(text, source, path, siteOf) });
  }
  for (const [source, path] of sources) pages.push({ path, text: sourcePage(root, source) });
  return { pages, files: new Map([...files].map(([source, path]) => [path, join(root, source)])) };
}

/** A document whose links to files of the repository lead to where these stand in the site. */
function withLinks(text: string, source: string, path: string, siteOf: (target: string) => string): string {
  const moved = (target: string): string => {
    if (/^(?:[a-z]+:|#)/.test(target)) return target;
    const [file, anchor] = target.split('#');
    const inRepository = posix.normalize(posix.join(dirname(source), file)).replace(/\/$/, '');
    const to = posix.relative(dirname(path), siteOf(inRepository));
    return `${to.startsWith('.') ? to : `./${to}`}${anchor === undefined ? '' : `#${anchor}`}`;
  };
  return text
    .replace(/\]\(([^)\s]+)\)/g, (_, target: string) => `](${moved(target)})`)
    .replace(
      /(<img [^>]*src=")([^"]+)"/g,
      (_, before: string, target: string) => `${before}${moved(target)}"`,
    );
}

function sourcePage(root: string, source: string): string {
  const path = join(root, source);
  const title = `---\nsearch: false\neditLink: false\n---\n\n# ${posix.basename(source)}\n\n\`${source}\`\n\n`;
  if (statSync(path).isDirectory()) {
    return `${title}${readdirSync(path)
      .map((name) => `- \`${name}\``)
      .join('\n')}\n`;
  }
  if (source.endsWith('.ipynb')) return title + cellsOf(readFileSync(path, 'utf8'));
  const language = LANGUAGES[extname(source)] ?? 'text';
  return `${title}\`\`\`\`${language}\n${readFileSync(path, 'utf8')}\n\`\`\`\`\n`;
}

/** A notebook as it is read: its text, and its code. */
function cellsOf(notebook: string): string {
  const { cells } = JSON.parse(notebook) as { cells: { cell_type: string; source: string[] }[] };
  const texts = cells.map(({ cell_type, source }) =>
    cell_type === 'code' ? `\`\`\`ts\n${source.join('')}\n\`\`\`` : source.join(''),
  );
  return `${texts.join('\n\n')}\n`;
}
