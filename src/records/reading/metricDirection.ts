/** Whether larger values of a scalar are better, as of measures of similarity to the target; of all others smaller ones are. */
export function isHigherBetter(tag: string): boolean {
  return /psnr|ssim|precision|recall|accuracy|miou/i.test(tag);
}
