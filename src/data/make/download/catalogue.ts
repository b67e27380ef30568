/** A data set published with the pix2pix paper (reference: datasets/download_pix2pix_dataset.sh, docs/datasets.md). */
export interface PublishedDataset {
  readonly about: string;
  /** Which way the paper translates: A is the left half of a pair. */
  readonly direction: 'AtoB' | 'BtoA';
  /** A remark for those who are about to download it. */
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

/** A file of a data set that comes in files instead of one archive. */
export interface PublishedFile {
  readonly name: string;
  /** In hexadecimal. */
  readonly sha256: string;
}

/**
 * MNIST (LeCun, Cortes and Burges 1998) as its authors packed it. Their own server asks for a password nowadays; the
 * mirrors are those of TensorFlow and PyTorch (tensorflow_datasets' and torchvision's mnist.py). The checksums are those
 * of the files, wherever they come from.
 */
export const MNIST = {
  about: '70,000 handwritten digits, for --model gan',
  mirrors: [
    'https://storage.googleapis.com/cvdf-datasets/mnist/',
    'https://ossci-datasets.s3.amazonaws.com/mnist/',
  ],
  files: [
    {
      name: 'train-images-idx3-ubyte.gz',
      sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
    },
    {
      name: 'train-labels-idx1-ubyte.gz',
      sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
    },
    {
      name: 't10k-images-idx3-ubyte.gz',
      sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
    },
    {
      name: 't10k-labels-idx1-ubyte.gz',
      sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
    },
  ] as readonly PublishedFile[],
} as const;
