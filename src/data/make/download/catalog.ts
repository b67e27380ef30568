/** A data set published with the pix2pix paper (reference: datasets/download_pix2pix_dataset.sh, docs/datasets.md). */
export interface PublishedDataset {
  readonly about: string;
  /** Which way the paper translates: A is the left half of a pair. */
  readonly direction: 'AtoB' | 'BtoA';
  /** What to know before asking for it. */
  readonly note?: string;
}

export const PUBLISHED_DATASETS = {
  facades: { about: '400 photographs and label maps from the CMP Facades set', direction: 'BtoA' },
  maps: { about: '1,096 aerial photographs and maps', direction: 'AtoB' },
  cityscapes: {
    about: '2,975 street scenes and label maps from the Cityscapes training set',
    direction: 'BtoA',
    note: 'its owners ask you to get it from https://www.cityscapes-dataset.com; pass --url for a copy of your own',
  },
  night2day: { about: 'around 20,000 landscapes by night and by day', direction: 'AtoB' },
  edges2shoes: { about: '50,000 shoes and their edges', direction: 'AtoB' },
  edges2handbags: { about: '137,000 handbags and their edges', direction: 'AtoB' },
} as const satisfies Readonly<Record<string, PublishedDataset>>;

export type DatasetName = keyof typeof PUBLISHED_DATASETS;

/** Where the authors keep the archive. */
export function publishedUrl(name: DatasetName): string {
  return `http://efrosgans.eecs.berkeley.edu/pix2pix/datasets/${name}.tar.gz`;
}
