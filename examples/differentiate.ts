// The engine by itself: builds a small graph, differentiates it, prints it, and fits a line by gradient descent.
//
//   npm run build && node dist/examples/differentiate.js
import { grad, ir, ops, runtime } from 'pix2pix-ts';

// y = w·x + b, and how far it is from the targets
const trace = new ir.Trace(true);
const x = trace.input('x', ir.f32(5));
const target = trace.input('target', ir.f32(5));
const w = trace.input('w', ir.f32());
const b = trace.input('b', ir.f32());
const loss = ops.mean(ops.square(ops.sub(ops.add(ops.mul(w, x), b), target)));

// gradients are values like any other: they could be differentiated again
const [dw, db] = grad(loss, [w, b]);
const program = trace.program({ loss, dw, db });
console.log(ir.print(program));

const device = await runtime.openDevice();
const executable = await device.compile(program);
const data = {
  x: Float32Array.of(-2, -1, 0, 1, 2),
  target: Float32Array.of(-5, -2, 1, 4, 7), // 3x + 1
};
const line = { w: Float32Array.of(0), b: Float32Array.of(0) };
for (let step = 0; step < 100; step++) {
  const outputs = await executable.run({ tensors: { ...data, ...line } });
  line.w[0] -= 0.1 * Number((await outputs.fetch('dw'))[0]);
  line.b[0] -= 0.1 * Number((await outputs.fetch('db'))[0]);
}
console.log(`y = ${line.w[0].toFixed(3)} x + ${line.b[0].toFixed(3)}`);
await device.dispose();
