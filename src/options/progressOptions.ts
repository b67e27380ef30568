import type { OptionTable } from './spec.js';

/** What a training shows and keeps of itself, and how often. */
export const PROGRESS_OPTIONS = {
  val_freq: {
    kind: 'int',
    default: 1,
    min: 0,
    group: 'Progress',
    help: 'epochs between two validations on the subfolder "val" (L1, PSNR, SSIM, MS-SSIM), where there is one; 0 = none',
  },
  features: {
    kind: 'string',
    default: '',
    metavar: 'FILE',
    group: 'Progress',
    help: 'feature networks by which validation measures LPIPS, FID, KID, precision and recall too: a.onnx,b.onnx',
  },
  print_freq: {
    kind: 'int',
    default: 100,
    min: 1,
    group: 'Progress',
    help: 'images between two lines of losses',
  },
  display_freq: {
    kind: 'int',
    default: 400,
    min: 1,
    group: 'Progress',
    help: 'images between two samples in the TensorBoard files',
  },
  histogram_freq: {
    kind: 'int',
    default: 0,
    min: 0,
    group: 'Progress',
    help: 'images between two histograms of all weights and gradients in the TensorBoard files; 0 = none',
  },
  update_html_freq: {
    kind: 'int',
    default: 1000,
    min: 1,
    group: 'Progress',
    help: 'images between two samples on web/index.html',
  },
  log_line: {
    kind: 'choice',
    default: 'reference',
    choices: ['reference', 'article'],
    group: 'Progress',
    help: 'how a line of losses looks; article has what the discriminator takes for real too',
  },
  no_html: { kind: 'flag', group: 'Progress', help: 'make no web/index.html' },
  json: {
    kind: 'flag',
    group: 'Progress',
    stored: 'never',
    help: 'tell a program instead of a person how training goes: one JSON object a line, and nothing else',
  },
} as const satisfies OptionTable;
