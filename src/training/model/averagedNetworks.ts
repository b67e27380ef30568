import type { NetworkOptimiser } from './networkOptimiser.js';

/** The checkpoint's name of a network's moving average: `G_ema`, with the states' own names in it. */
export function averagedName(network: string): string {
  return `${network}_ema`;
}

/** Starts all moving averages at the weights as they are. */
export async function startAverages(trained: readonly NetworkOptimiser[]): Promise<void> {
  for (const { optimiser } of averaging(trained)) await optimiser.startAverage();
}

/** Runs `use` while the moving averages, where there are any, are in the networks' place. */
export async function withAverages<T>(
  { trained }: { readonly trained: readonly NetworkOptimiser[] },
  use: () => Promise<T>,
): Promise<T> {
  const exchange = async () => {
    for (const { optimiser } of averaging(trained)) await optimiser.exchangeAverage();
  };
  await exchange();
  try {
    return await use();
  } finally {
    await exchange();
  }
}

function averaging(trained: readonly NetworkOptimiser[]): NetworkOptimiser[] {
  return trained.filter(({ averaged }) => averaged.length > 0);
}
