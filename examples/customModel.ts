// A model of one's own: pix2pix whose generator must also get the edges right, registered as --model pix2pix_edges.
//
//   npm run build && node dist/examples/customModel.js --dataroot ./datasets/facades --direction BtoA
import * as p2p from 'pix2pix-ts';

const { nn, ops } = p2p;

/** Mean distance of the differences between neighbouring pixels, across and down. */
function edgeLoss(a: p2p.ir.Value, b: p2p.ir.Value): p2p.ir.Value {
  const along = (x: p2p.ir.Value, axis: number) =>
    ops.sub(ops.slice(x, axis, 1, x.shape[axis]), ops.slice(x, axis, 0, x.shape[axis] - 1));
  return ops.add(nn.l1Loss(along(a, 2), along(b, 2)), nn.l1Loss(along(a, 3), along(b, 3)));
}

const lambda = { kind: 'float', default: 10, min: 0, group: 'Losses', help: 'weight of the edges' } as const;

p2p.registerModel({
  name: 'pix2pix_edges',
  extend: (isTrain) => {
    const base = p2p.extendForPix2Pix(isTrain);
    return isTrain ? { ...base, options: { ...base.options, lambda_edge: lambda } } : base;
  },
  build: (opt) => {
    const graph = p2p.pix2pix.build(opt); // its networks, optimisers and forward pass; only the step is another
    const { G, D } = graph.networks;
    const [optimiserG, optimiserD] = graph.optimisers;
    return {
      ...graph,
      lossNames: ['G_GAN', 'G_L1', 'G_edge', 'D_real', 'D_fake'],
      forward: (size, training) => graph.forward(size, training),
      step: p2p.defineStep({
        shared: (step, size) => {
          const realA = p2p.imageInput(step, 'real_A', opt.inputNc, size);
          const realB = p2p.imageInput(step, 'real_B', opt.outputNc, size);
          const judge = (b: p2p.ir.Value, isReal: boolean) =>
            nn.ganLoss('vanilla', D.apply(step, ops.concat([realA, b], 1)), isReal);
          return { realB, judge, fakeB: G.apply(step, realA) };
        },
        shown: ({ fakeB }) => ({ fake_B: fakeB }),
        parts: {
          D: (step, { realB, fakeB, judge }) => {
            const [fake, real] = [judge(ops.detach(fakeB), false), judge(realB, true)];
            nn.adam(step, ops.scale(ops.add(fake, real), 0.5), nn.parametersOf(D), optimiserD);
            return { loss_D_real: real, loss_D_fake: fake };
          },
          G: (step, { realB, fakeB, judge }) => {
            const gan = judge(fakeB, true); // by the updated D
            const l1 = ops.scale(nn.l1Loss(fakeB, realB), opt.lambdaL1 as number);
            const edge = ops.scale(edgeLoss(fakeB, realB), opt.lambdaEdge as number);
            nn.adam(step, ops.add(ops.add(gan, l1), edge), nn.parametersOf(G), optimiserG);
            return { loss_G_GAN: gan, loss_G_L1: l1, loss_G_edge: edge };
          },
        },
      }),
    };
  },
});

await p2p.train(p2p.parseTrainOptions(['--model', 'pix2pix_edges', ...process.argv.slice(2)]));
