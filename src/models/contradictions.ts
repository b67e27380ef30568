import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { ModelOptions } from './definition.js';
import { makesLabels } from './labelTargets.js';

/** Two flags that cannot be meant together, and what to do about it. */
type Contradiction = readonly [first: string, second: string, fix: string];

/** Flags that have no meaning without a discriminator. */
const OF_THE_DISCRIMINATOR = [
  ...['gan_mode', 'netD', 'ndf', 'n_layers_D', 'num_D', 'no_condition', 'target_first'],
  ...['lambda_feat', 'lambda_gp', 'n_critic', 'lr_D', 'diffaug', 'lambda_GAN', 'whole_D'],
];

/** Throws Pix2PixError, naming both, when flags of pix2pix contradict each other. */
export function refuseContradictions(opt: ModelOptions): void {
  const found = contradictionsOf(opt)[0];
  if (found === undefined) return;
  const [first, second, fix] = found;
  throw new Pix2PixError(`${first} and ${second} contradict each other`, {}, fix);
}

function contradictionsOf(opt: ModelOptions): Contradiction[] {
  const found: Contradiction[] = [];
  const given = (opt.given ?? []) as readonly string[];
  const { noGan, noL1, netD, ganMode } = opt;
  if (noGan && noL1) found.push(['--no_gan', '--no_l1', 'leave one of them out: nothing is left to learn']);
  if (noGan) {
    const fix = 'leave one of them out: without --no_gan there is a discriminator';
    for (const flag of OF_THE_DISCRIMINATOR) {
      if (given.includes(flag)) found.push(['--no_gan', `--${flag}`, fix]);
    }
    if (opt.spectralNorm === 'D' || opt.spectralNorm === 'both')
      found.push(['--no_gan', `--spectral_norm ${opt.spectralNorm}`, 'pass --spectral_norm G']);
  }
  if (opt.noCondition && opt.targetFirst)
    found.push([
      '--no_condition',
      '--target_first',
      'leave one of them out: there is nothing before the output',
    ]);
  if (noL1 && given.includes('lambda_L1')) found.push(['--no_l1', '--lambda_L1', 'leave one of them out']);
  found.push(...contradictionsOfLabels(opt, given));
  if (given.includes('lambda_gp') && ganMode !== 'wgangp')
    found.push(['--lambda_gp', `--gan_mode ${ganMode}`, 'pass --gan_mode wgangp, which has the penalty']);
  if (((opt.lambdaFeat as number | undefined) ?? 0) > 0 && netD === 'pixel')
    found.push([
      '--lambda_feat',
      '--netD pixel',
      'pass --netD basic: single pixels have no features to match',
    ]);
  return found;
}

const CROSS_ENTROPY = '--label_loss cross_entropy';

function contradictionsOfLabels(opt: ModelOptions, given: readonly string[]): Contradiction[] {
  if (opt.labelLoss !== 'cross_entropy') {
    return given.includes('lambda_CE') ? [['--lambda_CE', '--label_loss l1', `pass ${CROSS_ENTROPY}`]] : [];
  }
  const classes = Number(opt.labelNc ?? 0);
  if (!makesLabels(opt)) {
    const what = classes > 0 ? `--label_side ${opt.labelSide}` : '--label_nc 0';
    return [
      [CROSS_ENTROPY, what, 'pass --label_nc and --label_side output: it is about labels that come out'],
    ];
  }
  const fix = 'leave one of them out: the cross-entropy takes the place of L1';
  return [
    ...(classes === 1 ? [[CROSS_ENTROPY, '--label_nc 1', 'pass 2 classes or more'] as const] : []),
    ...(opt.noL1 ? [[CROSS_ENTROPY, '--no_l1', fix] as const] : []),
    ...(given.includes('lambda_L1') ? [[CROSS_ENTROPY, '--lambda_L1', fix] as const] : []),
  ];
}
