import { trainingFlag } from '../../options/trainingFlag.js';

/** Groups of options that decide what a training learns; the others say which run it is, how it is watched and where it runs. */
const GROUPS = ['Networks', 'Training', 'Losses', 'Starting from others', 'Pixels', 'Data'];
/** The options that are searched over most. */
const FIRST = [
  ...[
    'netG',
    'ngf',
    'lr',
    'gan_mode',
    'lambda_L1',
    'label_loss',
    'batch_size',
    'netD',
    'ndf',
    'norm',
    'no_dropout',
  ],
  ...['n_epochs', 'n_epochs_decay', 'crop_size', 'load_size'],
];
/** Of the group that says which run it is. */
const OF_THE_RUN = ['model', 'recipe', 'dataroot'];

/**
 * Those options that may explain why one run came out better than another, the likeliest first. Options that this package
 * does not know are among them: a model of one's own, or another program, has brought them. A seed explains nothing.
 */
export function causesOf(options: readonly string[]): string[] {
  const rank = (name: string): number | undefined => {
    const first = FIRST.indexOf(name);
    if (first >= 0) return first;
    const flag = trainingFlag(name);
    if (flag?.group === 'Data' && flag.stored === 'never') return undefined; // how images are read, not which
    const place = flag === undefined ? GROUPS.length : GROUPS.indexOf(flag.group);
    if (place >= 0) return FIRST.length + place;
    const run = OF_THE_RUN.indexOf(name);
    return run >= 0 ? FIRST.length + GROUPS.length + 1 + run : undefined;
  };
  return options
    .filter((name) => rank(name) !== undefined)
    .sort((a, b) => rank(a)! - rank(b)! || (a < b ? -1 : 1));
}
