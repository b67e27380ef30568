import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { GraphBuilder } from '../../src/engine/onnx/graphBuilder.js';
import { ModelProtoSchema } from '../../src/engine/onnx/onnx_pb.js';
import { exportGenerator } from '../../src/inference/export/exportGenerator.js';
import type { RequestLine } from '../../src/inference/serve/requestLog.js';
import { temporaryFolder } from '../tinyRun.js';
import { makeModels, picture, translate, withService } from './servedModels.js';

// What the machine lacks while it computes: ONNX Runtime's own failure, in the computing thread, as a client sees it.

const folder = temporaryFolder();
await makeModels(folder, 'modest');
const modest = join(folder, 'modest.onnx');
const greedy = join(folder, 'greedy.onnx');

/** Of a side: as floats a square of it has 4 TB. */
const SIDE = 2 ** 20;

/** The names of its values are those of no other graph. */
class OwnNames extends GraphBuilder {
  protected override nameOf(index: number): string {
    return `greedy${index}`;
  }
}

/** Puts before an exported graph's end what needs more memory than there is. */
function makeGreedy(): void {
  const model = fromBinary(ModelProtoSchema, readFileSync(modest));
  const graph = model.graph!;
  const [{ name: input }] = graph.input;
  const [{ name: output }] = graph.output;
  for (const node of graph.node) node.output = node.output.map((name) => (name === output ? 'before' : name));
  const builder = new OwnNames();
  const most = builder.node('ReduceMax', [input], { keepdims: 0 });
  const square = builder.node('Expand', [most, builder.ints([SIDE, SIDE])]);
  const again = builder.node('ReduceMax', [square], { keepdims: 0 });
  builder.node('Add', ['before', again]);
  builder.nodes.at(-1)!.output = [output];
  graph.node.push(...builder.nodes);
  graph.initializer.push(...builder.initializers);
  writeFileSync(greedy, toBinary(ModelProtoSchema, model));
}

test('a translation for which there is no memory is answered with 503 and Retry-After, and the others go on', async () => {
  await exportGenerator('modest', { checkpointsDir: folder, out: modest });
  makeGreedy();
  const image = await picture(3);
  const lines: RequestLine[] = [];
  const settings = { models: [modest, greedy], onRequest: (line: RequestLine) => lines.push(line) };
  await withService(settings, async (_, url) => {
    for (let i = 0; i < 2; i++) {
      const refused = await translate(url, image, '?model=greedy');
      const text = await refused.text();
      assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '10'], text);
      const { error, fix } = JSON.parse(text) as { error: string; fix: string };
      assert.deepEqual([error, fix], ['there is not enough memory', 'ask again in 10 s, or for less']);
      assert.ok(!text.includes(folder));
      assert.match(lines.at(-1)!.error!, /^there is not enough memory \(reason .+\)$/s);
      assert.equal((await translate(url, image, '?model=modest')).status, 200);
    }
  });
});
