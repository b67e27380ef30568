import type { RandomStream } from '../../../base/random/stream.js';
import type { Canvas } from './canvas.js';
import { between } from './chance.js';
import { srgb } from './colour.js';
import { paint } from './finishes.js';
import { brick, stone } from './masonry.js';
import { bayAt, type FacadePlan } from './plan.js';
import { arch, box, taper } from './shapes.js';
import type { FacadeStyle } from './style.js';
import { furnish, paintSash } from './windows.js';

/** Roof, chimneys and dormers: all that stands between the eaves and the sky. */
export function paintRoof(canvas: Canvas, stream: RandomStream, plan: FacadePlan, style: FacadeStyle): void {
  const { left, right, skyline, eaves, roof } = plan;
  paintChimneys(canvas, stream, plan, style);
  if (roof === 'parapet') return;
  const middle = (left + right) / 2;
  const width = right - left;
  const lean = roof === 'mansard' ? 0.03 : 0.09;
  canvas.fill(taper(middle, skyline, eaves, width - lean, width + 0.012), 0, style.roof, 'roof');
  canvas.fill(
    box(left + lean / 2 - 0.004, skyline - 0.004, right - lean / 2 + 0.004, skyline + 0.006),
    0.008,
    style.roof,
    'roof',
  );
  if (plan.dormers) for (let bay = 0; bay < plan.bays; bay++) paintDormer(canvas, stream, plan, bay, style);
}

function paintChimneys(canvas: Canvas, stream: RandomStream, plan: FacadePlan, style: FacadeStyle): void {
  const count = 1 + stream.integer(3);
  const clay = brick(srgb(158, 84, 62), srgb(180, 168, 152), style.grain);
  for (let i = 0; i < count; i++) {
    const x = between(stream, plan.left + 0.06, plan.right - 0.1);
    const top = Math.max(0.006, plan.skyline - between(stream, 0.025, 0.045));
    canvas.fill(box(x, top, x + 0.045, plan.eaves), -0.02, clay, 'roof');
    canvas.fill(
      box(x - 0.004, top, x + 0.049, top + 0.008),
      -0.014,
      stone(srgb(170, 160, 148), style.grain),
      'roof',
    );
    for (const pot of [x + 0.006, x + 0.027]) {
      canvas.fill(box(pot, top - 0.014, pot + 0.012, top), -0.016, paint(srgb(176, 104, 76)), 'roof');
    }
  }
}

function paintDormer(
  canvas: Canvas,
  stream: RandomStream,
  plan: FacadePlan,
  bay: number,
  style: FacadeStyle,
): void {
  const { middle, width } = bayAt(plan, bay);
  const half = Math.min(0.05, width * 0.22);
  const tall = plan.eaves - plan.skyline;
  const y0 = plan.skyline + tall * 0.3;
  const y1 = plan.eaves - 0.012;
  canvas.fill(box(middle - half - 0.012, y0 - 0.006, middle + half + 0.012, y1), 0.018, style.trim, 'trim');
  canvas.fill(
    arch(middle - half - 0.017, y0 - 0.022, middle + half + 0.017, y0 - 0.002, 0.018),
    0.026,
    style.trim,
    'trim',
  );
  paintSash(canvas, box(middle - half, y0 + 0.004, middle + half, y1), [2, 2], furnish(stream, style), style);
}
