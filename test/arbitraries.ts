import fc from 'fast-check';

/** Seeds of random operands. */
export const seeds = fc.nat(1e6);

/** A small shape of up to four axes. */
export const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });

/** A small shape of at least one axis, and one of its axes. */
export const shapeAndAxis = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain((shape) => fc.tuple(fc.constant(shape), fc.nat(shape.length - 1)));

/** A small shape of at least one axis, and some of its axes in order. */
export const shapeAndAxes = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain((shape) => fc.tuple(fc.constant(shape), fc.subarray([...shape.keys()], { minLength: 1 })));

/** A shape, and one that stretches to it by NumPy's rule. */
export const stretchable = shapes.chain((shape) =>
  fc
    .tuple(fc.nat(shape.length), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
    .map(([missing, ones]) => ({
      shape,
      small: shape.map((extent, axis) => (ones[axis] ? 1 : extent)).slice(missing),
    })),
);

/** Two shapes that broadcast against each other: either may be the one that is stretched, at any axis. */
export const broadcastable = fc
  .tuple(shapes, fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }))
  .map(([shape, which]): [number[], number[]] => [
    shape.map((extent, axis) => (which[axis] === 0 ? 1 : extent)),
    shape.map((extent, axis) => (which[axis] === 1 ? 1 : extent)),
  ]);
