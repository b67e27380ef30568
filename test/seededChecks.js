// Loaded into every test's process by test/run.js: what fast-check tries is the same in each run, so that a failure comes
// again. The seed is any number; another one tries other cases.
import fc from 'fast-check';

fc.configureGlobal({ seed: 1 });
