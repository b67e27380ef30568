const page = (text, link) => ({ text, link });

const GUIDE = [
  page('First steps', '/'),
  page('Guide', '/guide'),
  page('Install', '/install'),
  page('Data of any kind', '/data'),
  page('Recipes', '/recipes'),
  page('Devices', '/devices'),
  page('Clusters', '/cluster'),
];
const USE = [
  page('Which checkpoint is good', '/evaluation'),
  page('Translate and export', '/deploy'),
  page('In the browser', '/browser'),
  page('Serve over HTTP', '/serve'),
  page('Dashboard', '/dashboard'),
  page('Tracking', '/tracking'),
  page('Weights of others', '/interchange'),
];
const INSIDE = [
  page('Results', '/results'),
  page('Performance', '/performance'),
  page('Architecture', '/architecture'),
  page('A walk through the code', '/walk'),
  page('Dependencies', '/dependencies'),
  page('Contributing', '/contributing'),
  page('Changelog', '/changelog'),
];

/** As GitHub names headings, so that one link serves both. */
const slug = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .replace(/ /g, '-');

/** No page of VitePress's. */
const PLAYGROUND = { ...page('Playground', '/playground/index.html'), target: '_self' };

/**
 * The site: nothing of it is loaded from elsewhere, search included.
 * @returns {import('vitepress').UserConfig}
 */
export function siteConfig() {
  return {
    title: 'pix2pix-ts',
    description: 'Train, watch and run pix2pix and CycleGAN in TypeScript',
    base: process.env.SITE_BASE ?? '/',
    head: [['link', { rel: 'icon', href: 'data:,' }]],
    markdown: { anchor: { slugify: slug } },
    themeConfig: {
      nav: [page('Guide', '/guide'), page('Recipes', '/recipes'), page('API', '/api/'), PLAYGROUND],
      sidebar: [
        { text: 'Train', items: GUIDE },
        { text: 'Use', items: USE },
        { text: 'Inside', items: INSIDE },
        { text: 'API', link: '/api/' },
      ],
      search: { provider: 'local' },
      outline: [2, 3],
    },
  };
}
