/**
 * Dynamic loss scaling (Micikevicius et al. 2018, "Mixed Precision Training", section 3.2): in mixed precision the loss is
 * multiplied by a scale, so that gradients do not vanish between 16-bit floats, and gradients are divided by it again. The
 * scale is as large as it can be without overflow, by the rule of torch.amp.GradScaler and with its defaults.
 */
export interface LossScaling {
  readonly scale: number;
  /** Updates since the scale has last changed (GradScaler's growth tracker). */
  readonly goodSteps: number;
  /** Updates that have been left out because gradients were not finite. */
  readonly skipped: number;
}

/**
 * GradScaler's defaults; and a least scale, which GradScaler has not: where every update is left out, a scale that is halved on
 * and on becomes 0, and gradients divided by it are no numbers.
 */
export const SCALING_RULE = {
  ...{ start: 65_536, growth: 2, backoff: 0.5, interval: 2000 },
  least: 2 ** -24,
} as const;

export const FIRST_SCALING: LossScaling = { scale: SCALING_RULE.start, goodSteps: 0, skipped: 0 };

const LARGEST_FLOAT = (2 - 2 ** -23) * 2 ** 127;

/** What follows an update whose gradients were finite, or were not. A scale that float32 does not hold is not taken. */
export function nextScaling({ scale, goodSteps, skipped }: LossScaling, areFinite: boolean): LossScaling {
  const { growth, backoff, interval, least } = SCALING_RULE;
  if (!areFinite) return { scale: Math.max(least, scale * backoff), goodSteps: 0, skipped: skipped + 1 };
  if (goodSteps + 1 < interval) return { scale, goodSteps: goodSteps + 1, skipped };
  const grown = scale * growth;
  return { scale: grown <= LARGEST_FLOAT ? grown : scale, goodSteps: 0, skipped };
}
