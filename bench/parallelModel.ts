/** A message of this size summed over ranks, as measured. */
export interface ExchangeTime {
  readonly bytes: number;
  readonly milliseconds: number;
}

/** What a network, or the memory of a machine, does to messages between ranks. */
export interface Network {
  /** Milliseconds before a message arrives. */
  readonly latency: number;
  /** Bytes a millisecond. */
  readonly bandwidth: number;
}

/** Sums of a few floats a step besides: losses of both parts, and whether anybody wants to stop. */
const SMALL_MESSAGES = 3;

/**
 * Milliseconds of a sum over n ranks (Thakur, Rabenseifner and Gropp 2005), by the better of two ways: a ring, 2 (n - 1)
 * messages one after another, each of an n-th of the bytes; or log₂ n exchanges of all of them, which suits small sums.
 */
export function exchangeTime(ranks: number, bytes: number, { latency, bandwidth }: Network): number {
  const ring = 2 * (ranks - 1) * (latency + bytes / ranks / bandwidth);
  return Math.min(ring, Math.log2(ranks) * (latency + bytes / bandwidth));
}

/** Sums of so many bytes take as long as their messages' latency. */
const SMALL_BYTES = 4096;

/**
 * The network by which small sums and the largest would take as long as measured. Of the small ones the fastest counts: what
 * others take longer is the machine's doing.
 */
export function fitExchange(
  ranks: number,
  times: readonly ExchangeTime[],
): Network & { readonly ranks: number } {
  const sorted = [...times].sort((a, b) => a.bytes - b.bytes);
  const [small, large] = [sorted.filter(({ bytes }) => bytes <= SMALL_BYTES), sorted.at(-1)!];
  const latency = Math.min(...small.map(({ milliseconds }) => milliseconds)) / Math.log2(ranks);
  const [messages, bytes] = ranks === 2 ? [1, large.bytes] : [2 * (ranks - 1), large.bytes / ranks];
  return { ranks, latency, bandwidth: bytes / (large.milliseconds / messages - latency) };
}

/** Networks of clusters: Ethernet's usual latencies with TCP, and that of a fast interconnect. */
const NETWORKS: Readonly<Record<string, Network>> = {
  '1 Gbit/s': { latency: 0.05, bandwidth: 1e9 / 8e3 },
  '10 Gbit/s': { latency: 0.03, bandwidth: 1e10 / 8e3 },
  '100 Gbit/s': { latency: 0.005, bandwidth: 1e11 / 8e3 },
};

export interface Prediction {
  readonly ranks: number;
  readonly network: string;
  /** Milliseconds of a step. */
  readonly step: number;
  /** How much of the time is spent as if there were no exchanges. */
  readonly efficiency: number;
}

/**
 * Steps of 8 to 64 ranks on machines of their own, each of which computes its part in so many milliseconds.
 * @param gradientBytes of each optimiser: one sum each a step
 * @param overlap how much of the computation goes on during exchanges, 0 ... 1; today none does
 * @param rounds of exchanges of statistics, with --sync_norm
 */
export function predictions(
  computation: number,
  gradientBytes: readonly number[],
  overlap = 0,
  rounds = 0,
): Prediction[] {
  return [8, 16, 32, 64].flatMap((ranks) =>
    Object.entries(NETWORKS).map(([network, figures]) => {
      const gradients = gradientBytes.reduce((sum, bytes) => sum + exchangeTime(ranks, bytes, figures), 0);
      const small = (SMALL_MESSAGES + rounds) * exchangeTime(ranks, 0, figures);
      const step = computation + small + Math.max(0, gradients - overlap * computation);
      return { ranks, network, step, efficiency: computation / step };
    }),
  );
}
