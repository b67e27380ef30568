import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphBuilder } from './graphBuilder.js';

const builder = () => new GraphBuilder();

test('equal nodes and constants are made once; what differs in anything is another', () => {
  const graph = builder();
  const sum = graph.node('Add', ['a', 'b']);
  assert.equal(graph.node('Add', ['a', 'b']), sum);
  assert.notEqual(graph.node('Add', ['b', 'a']), sum);
  assert.notEqual(graph.node('Sub', ['a', 'b']), sum);
  const turned = graph.node('Transpose', ['a'], { perm: [1, 0] });
  assert.equal(graph.node('Transpose', ['a'], { perm: [1, 0] }), turned);
  assert.notEqual(graph.node('Transpose', ['a'], { perm: [0, 1] }), turned);
  assert.equal(graph.nodes.length, 5);

  const one = graph.float(1);
  assert.equal(graph.float(1), one);
  assert.equal(graph.float([1]), one);
  const others = [
    graph.float([1], [1]),
    graph.float(2),
    graph.ints([1]),
    graph.ints([1, 1]),
    graph.float(-0),
  ];
  assert.equal(new Set([one, ...others]).size, 6);
  assert.equal(graph.initializers.length, 6);
});

test('attributes keep their kinds: integer, integers, float and text', () => {
  const graph = builder();
  graph.node('X', ['a'], { axis: 1, perm: [1, 0], alpha: { float: 1 }, mode: 'edge' });
  assert.deepEqual(
    graph.nodes[0].attribute.map(({ name, type, i, ints, f, s }) => [name, type, i ?? f ?? s ?? ints]),
    [
      // AttributeProto.AttributeType of onnx.proto: FLOAT 1, INT 2, STRING 3, INTS 7
      ['axis', 2, 1n],
      ['perm', 7, [1n, 0n]],
      ['alpha', 1, 1],
      ['mode', 3, new TextEncoder().encode('edge')],
    ],
  );
});

test('constants are little-endian raw data with their dimensions', () => {
  const graph = builder();
  graph.float([1, -2], [2, 1]);
  graph.ints([3, -1]);
  const [floats, ints] = graph.initializers;
  assert.deepEqual([floats.dims, ints.dims], [[2n, 1n], [2n]]);
  assert.deepEqual([floats.dataType, ints.dataType], [1, 7]); // TensorProto.DataType: FLOAT 1, INT64 7
  assert.equal(Buffer.from(floats.rawData!).toString('hex'), '0000803f000000c0');
  assert.equal(Buffer.from(ints.rawData!).toString('hex'), '0300000000000000ffffffffffffffff');
});

test('a reshape of a reshape starts from the original, which is remembered', () => {
  const graph = builder();
  const flat = graph.reshape('x', [6]);
  const grid = graph.reshape(flat, [2, 3]);
  assert.deepEqual(
    graph.nodes.map(({ input }) => input[0]),
    ['x', 'x'],
  );
  assert.deepEqual(
    [grid, flat, 'x'].map((name) => graph.beforeReshape(name)),
    ['x', 'x', 'x'],
  );
});

test('copies are never shared', () => {
  const graph = builder();
  assert.notEqual(graph.copy('x'), graph.copy('x'));
});

test('nodes are named after the scope at hand, and those kept apart are shared among themselves alone', () => {
  const graph = builder();
  graph.begin('G.down.0.conv2d');
  const once = graph.node('Conv', ['x', 'w']);
  assert.match(graph.nodes[0].name, /^G\.down\.0\.conv2d\/Conv_/);
  graph.begin('G.down.0.conv2d', '.again');
  const again = graph.node('Conv', ['x', 'w']);
  assert.notEqual(again, once);
  assert.equal(graph.node('Conv', ['x', 'w']), again);
});

test('0 and -0 are constants of their own', () => {
  const builder = new GraphBuilder();
  assert.notEqual(builder.float(0), builder.float(-0));
  assert.equal(builder.float(-0), builder.float(-0));
  assert.notEqual(builder.float([1, 0]), builder.float([1, -0]));
});
