import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { OptionScalar } from '../../options/spec.js';
import { HParamsPluginDataSchema, DataType as HparamType, Status } from './hparams_pb.js';
import type { RunExit, RunSession } from './runRecord.js';
import { DataType, type Summary_ValueSchema } from './tensorboard_pb.js';

type PluginData = MessageInitShape<typeof HParamsPluginDataSchema>['data'];
export type SummaryValue = MessageInitShape<typeof Summary_ValueSchema>;

const PLUGIN = 'hparams';

/**
 * The event for TensorBoard's table of hyper-parameters at the beginning of a run: its columns, and the run's row.
 * Infinite numbers are texts, as in a checkpoint.
 *
 * @param metrics tags of scalars for the table's right half
 */
export function hyperParameters(session: RunSession, metrics: readonly string[]): SummaryValue[] {
  const startTimeSecs = Date.parse(session.startedAt) / 1000;
  const options = Object.entries(session.options);
  const experiment = {
    timeCreatedSecs: startTimeSecs,
    hparamInfos: options.map(([name, value]) => ({ name, type: typeOf(value) })),
    metricInfos: metrics.map((tag) => ({ name: { tag } })),
  };
  const hparams = Object.fromEntries(options.map(([name, value]) => [name, { kind: kindOf(value) }]));
  return [
    pluginValue('experiment', { case: 'experiment', value: experiment }),
    pluginValue('session_start_info', { case: 'sessionStartInfo', value: { hparams, startTimeSecs } }),
  ];
}

/** The event for the same table at the end of a run. */
export function sessionEnd({ reason }: RunExit, endTimeSecs = Date.now() / 1000): SummaryValue {
  const status = reason === 'failed' ? Status.FAILURE : Status.SUCCESS;
  return pluginValue('session_end_info', { case: 'sessionEndInfo', value: { status, endTimeSecs } });
}

/** The plugin reads metadata alone; the value is there because an event has to have one. */
function pluginValue(name: string, data: PluginData): SummaryValue {
  const content = toBinary(HParamsPluginDataSchema, create(HParamsPluginDataSchema, { version: 0, data }));
  return {
    tag: `_hparams_/${name}`,
    metadata: { pluginData: { pluginName: PLUGIN, content } },
    value: { case: 'tensor', value: { dtype: DataType.DT_FLOAT, tensorShape: {}, floatVal: [0] } },
  };
}

function typeOf(value: OptionScalar): HparamType {
  if (typeof value === 'number') return HparamType.FLOAT64;
  return typeof value === 'boolean' ? HparamType.BOOL : HparamType.STRING;
}

function kindOf(value: OptionScalar) {
  if (typeof value === 'number') return { case: 'numberValue', value } as const;
  if (typeof value === 'boolean') return { case: 'boolValue', value } as const;
  return { case: 'stringValue', value: String(value) } as const;
}
