import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { DataType, EventSchema, SessionLog_SessionStatus } from '../writing/tensorboard_pb.js';
import { type EventSink, EventWire } from './eventWire.js';
import { TagTable } from './tagTable.js';

type EventInit = MessageInitShape<typeof EventSchema>;

/** The calls that the wire reader makes to its sink for some bytes. */
function toldOf(bytes: Uint8Array, problems: string[] = []): unknown[] | undefined {
  const told: unknown[] = [];
  const note =
    (kind: string): ((...rest: never[]) => void) =>
    (...rest: unknown[]) =>
      void told.push([kind, ...rest.map((each) => (isTag(each) ? each.name : each))]);
  const sink = Object.fromEntries(
    ['scalar', 'image', 'histogram', 'text', 'hparams', 'sessionStart'].map((kind) => [kind, note(kind)]),
  ) as unknown as EventSink;
  const buffer = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]);
  const wire = new EventWire(new TagTable((problem) => problems.push(problem)), sink);
  return wire.event(buffer, 6, 6 + bytes.length, 7) ? told : undefined;
}

const isTag = (value: unknown): value is { name: string } =>
  typeof value === 'object' && value !== null && 'name' in value;

const encode = (event: EventInit) => toBinary(EventSchema, create(EventSchema, event));

const step = fc.oneof(fc.bigInt(-(2n ** 53n), 2n ** 53n), fc.bigInt(0n, 300n));
const float = fc.float({ noDefaultInfinity: false });
const tag = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc.constantFrom('loss/G_L1', 'lr', 'ü'),
);

type Told = readonly [kind: string, ...unknown[]];

/** One value of a summary as it is encoded, and what is to be told of it. */
const value = fc.oneof(
  fc
    .record({ tag, limits: fc.array(fc.double({ noNaN: true }), { maxLength: 5 }) })
    .map(({ tag, limits }) => ({
      init: {
        tag: `h/${tag}`,
        value: { case: 'histo' as const, value: { bucketLimit: limits, bucket: limits } },
      },
      told: ['histogram', `h/${tag}`] as Told,
    })),
  fc.record({ tag, float }).map(({ tag, float }) => ({
    init: { tag, value: { case: 'simpleValue' as const, value: float } },
    told: ['scalar', tag, float] as Told,
  })),
  fc.record({ tag, width: fc.nat(5000), height: fc.nat(5000), bytes: fc.uint8Array() }).map((image) => ({
    init: {
      tag: `i/${image.tag}`,
      value: {
        case: 'image' as const,
        value: { width: image.width, height: image.height, colorspace: 3, encodedImageString: image.bytes },
      },
    },
    told: ['image', `i/${image.tag}`, image.width, image.height] as Told,
  })),
  fc
    .record({ tag, float, form: fc.constantFrom('val', 'content', 'double') })
    .map(({ tag, float, form }) => ({
      init: {
        tag: `t/${tag}`,
        metadata: { pluginData: { pluginName: 'scalars' } },
        value: { case: 'tensor' as const, value: tensorOf(float, form) },
      },
      told: ['scalar', `t/${tag}`, float] as Told,
    })),
  fc.record({ tag, text: fc.string({ unit: 'binary' }) }).map(({ tag, text }) => ({
    init: {
      tag: `x/${tag}`,
      metadata: { pluginData: { pluginName: 'text' } },
      value: {
        case: 'tensor' as const,
        value: { dtype: DataType.DT_STRING, stringVal: [new TextEncoder().encode(text)] },
      },
    },
    told: [
      'text',
      `x/${tag}`,
      new TextDecoder('utf8', { ignoreBOM: true }).decode(new TextEncoder().encode(text)),
    ] as Told,
  })),
);

function tensorOf(float: number, form: string) {
  if (form === 'val') return { dtype: DataType.DT_FLOAT, floatVal: [float] };
  if (form === 'double') return { dtype: DataType.DT_DOUBLE, doubleVal: [float] };
  return { dtype: DataType.DT_FLOAT, tensorContent: new Uint8Array(Float32Array.of(float).buffer) };
}

test('every event is read as a protobuf encoder wrote it', () => {
  fc.assert(
    fc.property(step, fc.double(), fc.array(value, { maxLength: 6 }), (step, wallTime, values) => {
      const summary = { value: values.map(({ init }) => init) };
      const told = toldOf(encode({ step, wallTime, what: { case: 'summary', value: summary } }));
      const expected = values.map(({ told: [kind, name, ...rest] }) => [
        kind,
        name,
        Number(step),
        wallTime * 1000,
        ...rest,
        7,
      ]);
      assert.deepEqual(told, expected);
    }),
    { numRuns: 500 },
  );
});

test('a session start is told, other marks of sessions are not', () => {
  const at = (status: SessionLog_SessionStatus) =>
    toldOf(encode({ step: 5n, what: { case: 'sessionLog', value: { status } } }));
  assert.deepEqual(at(SessionLog_SessionStatus.START), [['sessionStart', 5, 7]]);
  assert.deepEqual(at(SessionLog_SessionStatus.STOP), []);
});

test('bytes that are no event are recognised as such and break nothing', () => {
  const event = encode({
    step: 3n,
    what: { case: 'summary', value: { value: [{ tag: 'a', value: { case: 'simpleValue', value: 1 } }] } },
  });
  const damaged = fc.record({ at: fc.nat(event.length - 1), to: fc.nat(255), cut: fc.nat(event.length) });
  fc.assert(
    fc.property(damaged, ({ at, to, cut }) => {
      const bytes = Uint8Array.from(event);
      bytes[at] = to;
      toldOf(bytes.subarray(0, cut));
    }),
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void toldOf(bytes)));
  assert.equal(toldOf(Uint8Array.of(0x2a, 0x7f, 0x0a)), undefined);
});

test('a tag of a million characters is refused, in one line, and the next value is read', () => {
  const problems: string[] = [];
  const values = ['x'.repeat(1e6), 'next'].map((tag) => ({
    tag,
    value: { case: 'simpleValue' as const, value: 1 },
  }));
  const told = toldOf(encode({ what: { case: 'summary', value: { value: values } } }), problems);
  assert.deepEqual(told, [['scalar', 'next', 0, 0, 1, 7]]);
  assert.equal(problems.length, 1);
  assert.match(problems[0], /^a tag of 1000000 bytes is left out: "x{40}"\.\.\.$/);
});
