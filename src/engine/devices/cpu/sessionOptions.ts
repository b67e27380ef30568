import type { InferenceSession } from 'onnxruntime-common';

/** The options that all sessions share. @param threads of one operator; 0 means one per core */
export function sessionOptions(
  threads: number,
  session: Readonly<Record<string, unknown>> = {},
): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'], // the library's own name for it
    intraOpNumThreads: threads,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // In training a pattern is a second copy of all temporaries beside those of the first run, and saves no time; in
    // translating there is one for each size that occurs, which is never given back.
    enableMemPattern: false,
    // Threads that spin while they wait gain nothing on idle cores and halve the speed on busy ones.
    extra: { session: { set_denormal_as_zero: '1', 'intra_op.allow_spinning': '0', ...session } },
  };
}
