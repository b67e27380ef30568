/** The recorded runs on a GPU in software, where compiling their kernels takes minutes. */
import { checkRecordedRuns, checkReference, QUICK_RUN, recordedRuns, slowDevices } from './recordedRuns.js';

for (const device of slowDevices) {
  checkReference(device);
  checkRecordedRuns(
    device,
    recordedRuns.filter((name) => name !== QUICK_RUN),
  );
}
