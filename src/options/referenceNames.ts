import type { OptionTable } from './spec.js';

const GROUP = 'Accepted from the reference, without effect here';
const VISDOM = {
  kind: 'string',
  default: undefined,
  group: GROUP,
  help: 'no visdom: open web/index.html of the run',
} as const;

/**
 * Flags of the reference that mean nothing here but stand in many a command line. They are read and answered with a
 * notice that says what is done instead, which is their help text.
 */
export const IGNORED_OPTIONS = {
  use_wandb: { kind: 'flag', group: GROUP, help: 'the run is recorded in TensorBoard event files' },
  wandb_project_name: { ...VISDOM, help: 'the run is recorded in TensorBoard event files' },
  display_winsize: { ...VISDOM, help: 'pages show images at their own size' },
  display_id: VISDOM,
  display_ncols: VISDOM,
  display_server: VISDOM,
  display_port: VISDOM,
  display_env: VISDOM,
} as const satisfies OptionTable;

/** The names of options in earlier versions of the reference, which many tutorials and scripts use. */
const FORMER_NAMES: Readonly<Record<string, string>> = {
  niter: 'n_epochs',
  niter_decay: 'n_epochs_decay',
  loadSize: 'load_size',
  fineSize: 'crop_size',
  batchSize: 'batch_size',
  nThreads: 'num_threads',
  which_direction: 'direction',
  which_epoch: 'epoch',
  which_model_netG: 'netG',
  which_model_netD: 'netD',
  resize_or_crop: 'preprocess',
  how_many: 'num_test',
  ntest: 'num_test',
  no_lsgan: 'gan_mode',
};

/** Today's name of an option that the reference once called `name`, if the table has it. */
export function formerName(name: string, table: OptionTable): string | undefined {
  const now = Object.hasOwn(FORMER_NAMES, name) ? FORMER_NAMES[name] : undefined;
  return now !== undefined && Object.hasOwn(table, now) ? now : undefined;
}
