/**
 * Imported for its effect: ONNX Runtime 1.29 and later sends telemetry to its maker (device id, metadata of the models
 * that it is given) unless the environment of the process says otherwise before the first session is made. A worker's
 * `process.env` is a copy that native code never sees, so this has to run in the main thread: whatever starts a thread
 * that computes imports it too.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
