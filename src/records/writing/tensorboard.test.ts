/** Against TensorBoard itself, where a Python that has it is found: PIX2PIX_TEST_PYTHON, or python3. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readEvents } from './eventFileReader.js';
import { EventTracker } from './eventTracker.js';
import { histogramOf } from './histogram.js';
import type { RunSession } from './runRecord.js';
import type { Event } from './tensorboard_pb.js';
import { decodeRecord } from './tfrecord.js';

const interpreter = process.env.PIX2PIX_TEST_PYTHON ?? 'python3';
const imports = 'import io, json, sys, numpy, PIL.Image, tensorboard';
const found = spawnSync(interpreter, ['-c', imports]).status === 0;
const options = found ? {} : { skip: `no tensorboard in ${interpreter}` };

const root = mkdtempSync(join(tmpdir(), 'tensorboard-'));
after(() => rmSync(root, { recursive: true }));

/** Runs a Python script and returns the JSON that it prints. */
function python(script: string, ...args: string[]): unknown {
  const result = spawnSync(interpreter, ['-c', `${imports}\n${script}`, ...args], { encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
  return JSON.parse(result.stdout);
}

const at = (step: number) => ({ step, epoch: 1, iteration: step });

test('TensorBoard shows histograms as it shows its own', options, () => {
  const folder = join(root, 'spread');
  const events = new EventTracker(join(folder, 'run'));
  const tag = 'weights/G/model.0.weight';
  const histograms = [Float32Array.of(0, 1, 1, 4), Float32Array.of(-2, 0, 2)].map((values) =>
    histogramOf(values, 4),
  );
  events.histograms(at(1), { [tag]: histograms[0] });
  events.histograms(at(5), { [tag]: histograms[1] });
  events.close();
  const seen = python(
    `
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.context import RequestContext
from tensorboard.data.provider import RunTagFilter
runs = plugin_event_multiplexer.EventMultiplexer().AddRunsFromDirectory(sys.argv[1])
runs.Reload()
provider = data_provider.MultiplexerDataProvider(runs, sys.argv[1])
where = dict(experiment_id='x', plugin_name='histograms')
tags = provider.list_tensors(RequestContext(), **where)
read = provider.read_tensors(RequestContext(), downsample=10, run_tag_filter=RunTagFilter(), **where)
print(json.dumps([[run, tag, [[e.step, e.numpy.ravel().tolist()] for e in series]]
                  for run, series_by_tag in read.items() for tag, series in series_by_tag.items()]))`,
    folder,
  );
  assert.deepEqual(seen, [
    [
      'run',
      tag,
      [
        [1, [...histograms[0]]],
        [5, [...histograms[1]]],
      ],
    ],
  ]);
});

test('TensorBoard reads what we write, and forgets what a resumed run repeats', options, async () => {
  const folder = join(root, 'ours');
  const first = new EventTracker(folder);
  for (const step of [1, 2, 3]) first.step(at(step), { G_L1: step / 4 });
  const image = { data: Uint8Array.from({ length: 36 }, (_, i) => i * 7), shape: [1, 4, 3, 3] as const };
  await first.images(at(1), {
    fake_B: image,
    gray: { data: image.data.subarray(0, 12), shape: [1, 4, 3, 1] },
  });
  first.text(at(1), 'options', '**lr** 0.0002 ü');
  first.close();
  const resumed = new EventTracker(folder, { purgeStep: 3 });
  resumed.step(at(3), { G_L1: 30 });
  resumed.close();

  const seen = python(
    `
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
run = EventAccumulator(sys.argv[1]).Reload()
def pixels(tag):
    image = run.Images(tag)[0]
    picture = PIL.Image.open(io.BytesIO(image.encoded_image_string))
    return [image.width, image.height, picture.mode, numpy.array(picture).ravel().tolist()]
print(json.dumps({
    'losses': [[s.step, s.value] for s in run.Scalars('loss/G_L1')],
    'fake_B': pixels('visuals/fake_B'),
    'gray': pixels('visuals/gray'),
    'text': run.Tensors('options')[0].tensor_proto.string_val[0].decode(),
    'textTags': list(run.PluginTagToContent('text')),
}))`,
    folder,
  );
  assert.deepEqual(seen, {
    losses: [
      [1, 0.25],
      [2, 0.5],
      [3, 30],
    ],
    fake_B: [3, 4, 'RGB', [...image.data]],
    gray: [3, 4, 'L', [...image.data.subarray(0, 12)]],
    text: '**lr** 0.0002 ü',
    textTags: ['options'],
  });
});

/** A run as the table of hyper-parameters has it. */
function session(id: string, lr: number): RunSession {
  const machine = { host: 'h', system: 's', cpu: 'c', cores: 1, memoryBytes: 1, gpus: [] };
  const options = { lr, netG: 'unet_256', no_flip: false, max_steps: 'inf' };
  const places = { commandLine: [], workingDirectory: '/', process: { pid: 1 } };
  return {
    ...{ id, startedAt: '2026-01-01T00:00:00.000Z', seed: 0, versions: {}, given: [] },
    ...{ machine, options, ...places },
  };
}

test('its table of hyper-parameters lists our runs with their options and metrics', options, () => {
  const folder = join(root, 'table');
  for (const [name, lr, reason] of [
    ['slow', 1e-4, 'finished'],
    ['fast', 1e-2, 'failed'],
  ] as const) {
    const run = new EventTracker(join(folder, name), { purgeStep: 1 });
    run.started(session(name, lr), ['val/L1', 'loss/G_L1']);
    run.step(at(4), { G_L1: lr * 1000 }, lr);
    run.scalars(at(4), { 'val/L1': lr });
    run.ended({ reason });
    run.close();
  }
  const seen = python(
    `
from tensorboard import context
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, get_experiment, list_session_groups
runs = plugin_event_multiplexer.EventMultiplexer()
runs.AddRunsFromDirectory(sys.argv[1])
runs.Reload()
provider = data_provider.MultiplexerDataProvider(runs, sys.argv[1])
backend = backend_context.Context(base_plugin.TBContext(multiplexer=runs, data_provider=provider))
request = context.RequestContext()
experiment = get_experiment.Handler(request, backend, '', api_pb2.GetExperimentRequest()).run()
columns = [api_pb2.ColParams(metric=metric.name) for metric in experiment.metric_infos]
groups = list_session_groups.Handler(request, backend, '', api_pb2.ListSessionGroupsRequest(
    start_index=0, slice_size=10, allowed_statuses=[0, 1, 2, 3], col_params=columns)).run()
def value(v):
    return getattr(v, v.WhichOneof('kind'))
print(json.dumps({
    'columns': sorted([info.name, info.type] for info in experiment.hparam_infos),
    'rows': sorted([
        [s.name, s.status, {k: value(v) for k, v in g.hparams.items()},
         {m.name.tag: round(m.value, 6) for m in s.metric_values}]
        for g in groups.session_groups for s in g.sessions]),
}))`,
    folder,
  );
  const [STRING, BOOL, NUMBER] = [1, 2, 3];
  const [SUCCESS, FAILURE] = [1, 2];
  const hparams = { netG: 'unet_256', no_flip: false, max_steps: 'inf' };
  assert.deepEqual(seen, {
    columns: [
      ['lr', NUMBER],
      ['max_steps', STRING],
      ['netG', STRING],
      ['no_flip', BOOL],
    ],
    rows: [
      ['fast', FAILURE, { ...hparams, lr: 0.01 }, { 'val/L1': 0.01, 'loss/G_L1': 10 }],
      ['slow', SUCCESS, { ...hparams, lr: 0.0001 }, { 'val/L1': 0.0001, 'loss/G_L1': 0.1 }],
    ],
  });
});

test(
  'it reads what is whole of a file that ends within a record, and what a resumed run adds',
  options,
  () => {
    const folder = join(root, 'torn');
    const written = new EventTracker(join(folder, 'whole'));
    for (const step of [1, 2]) written.step(at(step), { G_L1: step });
    written.close();
    const [file] = readdirSync(join(folder, 'whole'));
    const bytes = readFileSync(join(folder, 'whole', file));
    let last = 0;
    for (
      let found = decodeRecord(bytes, 0);
      found.kind === 'record';
      found = decodeRecord(bytes, found.next)
    ) {
      if (found.next < bytes.length) last = found.next;
    }
    const lengths = Array.from({ length: bytes.length - last }, (_, i) => last + i);
    for (const length of lengths) {
      const torn = join(folder, `${length}`);
      mkdirSync(torn);
      writeFileSync(join(torn, file), bytes.subarray(0, length));
      const resumed = new EventTracker(torn, { purgeStep: 2 });
      resumed.step(at(2), { G_L1: 20 });
      resumed.close();
    }
    const seen = python(
      `
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
import os
print(json.dumps([
    [[s.step, s.value] for s in EventAccumulator(os.path.join(sys.argv[1], length)).Reload().Scalars('loss/G_L1')]
    for length in sys.argv[2:]]))`,
      folder,
      ...lengths.map(String),
    );
    for (const points of seen as unknown[])
      assert.deepEqual(points, [
        [1, 1],
        [2, 20],
      ]);
    assert((seen as unknown[]).length > 30);
  },
);

test('we read what TensorBoard writes', options, async () => {
  const folder = join(root, 'theirs');
  python(
    `
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, HistogramProto
writer = EventFileWriter(sys.argv[1])
for step in (1, 2):
    writer.add_event(Event(step=step, wall_time=step, summary=Summary(value=[
        Summary.Value(tag='x', simple_value=step / 8),
        Summary.Value(tag='h', histo=HistogramProto(min=1, max=2, num=3)),
    ])))
writer.close()
print('null')`,
    folder,
  );
  const events: Event[] = [];
  for (const name of readdirSync(folder))
    for await (const event of readEvents(join(folder, name))) events.push(event);
  assert.deepEqual(events[0].what, { case: 'fileVersion', value: 'brain.Event:2' });
  const values = events.slice(1).map(({ step, wallTime, what }) => {
    assert.equal(what.case, 'summary');
    const [scalar, histogram] = what.value.value;
    assert.deepEqual([scalar.tag, histogram.tag], ['x', 'h']);
    return [step, wallTime, scalar.value.value];
  });
  assert.deepEqual(values, [
    [1n, 1, 0.125],
    [2n, 2, 0.25],
  ]);
});
