import { randomUUID } from 'node:crypto';
import { bootId, processStart } from '../../base/files/processIdentity.js';
import { toFlagValues } from '../../options/optionsObject.js';
import { withoutSecrets } from '../../options/secrets.js';
import { serialiseOptions, tableOf } from '../../options/serialise.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { machineRecord } from '../../records/writing/machineRecord.js';
import type { RunSession } from '../../records/writing/runRecord.js';
import { namedDevice } from '../chosenDevice.js';
import { registeredExtensions } from '../options.js';
import { versions } from '../saved/versions.js';

/**
 * Describes a session of training before it begins.
 *
 * @param commandLine the words after `pix2pix`, where a person has given them
 */
export function describeSession(opt: TrainOptions, commandLine: readonly string[] = []): RunSession {
  const table = tableOf(opt, registeredExtensions());
  return {
    id: randomUUID(),
    startedAt: new Date().toISOString(),
    commandLine: withoutSecrets(commandLine, toFlagValues(opt, table), table),
    workingDirectory: process.cwd(),
    options: serialiseOptions(opt, registeredExtensions()),
    given: opt.given,
    seed: opt.seed,
    versions: versions(namedDevice(opt)),
    machine: machineRecord(),
    process: { pid: process.pid, start: processStart(process.pid), boot: bootId() },
  };
}
