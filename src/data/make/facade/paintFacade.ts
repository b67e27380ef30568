import type { RandomStream } from '../../../base/random/stream.js';
import type { Canvas } from './canvas.js';
import { srgb } from './colour.js';
import { sky } from './finishes.js';
import { pavement } from './masonry.js';
import { paintBalcony, paintBand, paintCornice, paintPillars, paintQuoins } from './mouldings.js';
import { fractalNoise } from './noise.js';
import type { FacadePlan, Storey } from './plan.js';
import { paintRoof } from './roofs.js';
import { box } from './shapes.js';
import { paintAwning, paintDoor, paintShop } from './streetLevel.js';
import type { FacadeStyle } from './style.js';
import { paintWindow } from './windows.js';

/** Paints the whole building, from what lies behind to what stands in front. */
export function paintFacade(
  canvas: Canvas,
  stream: RandomStream,
  plan: FacadePlan,
  style: FacadeStyle,
): void {
  const { left, right, eaves, foot, storeys } = plan;
  const air = sky(plan.cloudiness, style.grain);
  canvas.fill(box(0, 0, 1, eaves), -0.2, air, 'sky');
  canvas.fill(box(0, eaves, left + 0.01, 1), -0.2, air, 'sky');
  canvas.fill(box(right - 0.01, eaves, 1, 1), -0.2, air, 'sky');
  paintRoof(canvas, stream, plan, style);
  canvas.fill(box(left, eaves, right, foot), 0, style.wall, 'wall');
  const ground = storeys[storeys.length - 1];
  canvas.fill(box(left, ground.top, right, foot), 0.003, style.base, 'wall');
  if (plan.quoins) paintQuoins(canvas, plan, style);
  soil(canvas, plan, style);
  if (plan.pillars) paintPillars(canvas, plan, style);
  for (const storey of storeys) if (storey.band) paintBand(canvas, plan, storey.bottom, style);
  for (const storey of storeys) paintStorey(canvas, stream, plan, storey, style);
  paintCornice(canvas, plan, style);
  canvas.fill(box(0, foot, 1, 1), -0.004, pavement(srgb(168, 164, 158), style.grain), 'ground');
  canvas.fill(box(0, foot, 1, foot + 0.006), 0.002, pavement(srgb(140, 136, 130), style.grain), 'ground');
}

function paintStorey(
  canvas: Canvas,
  stream: RandomStream,
  plan: FacadePlan,
  storey: Storey,
  style: FacadeStyle,
): void {
  for (const opening of storey.openings) {
    if (opening.kind === 'door') paintDoor(canvas, stream, opening, style);
    else if (opening.kind === 'shop') paintShop(canvas, stream, opening, style);
    else paintWindow(canvas, stream, opening, storey, style);
    if (opening.awning) paintAwning(canvas, opening, style);
  }
  if (storey.gallery) paintBalcony(canvas, plan.left + 0.01, plan.right - 0.01, storey.bottom, style);
  for (const { x0, x1, balcony } of storey.openings) {
    if (balcony) paintBalcony(canvas, x0 - 0.024, x1 + 0.024, storey.bottom, style);
  }
}

/** Rain leaves dark streaks below sills, the street splashes the foot of the wall, eaves keep soot. */
function soil(canvas: Canvas, plan: FacadePlan, style: FacadeStyle): void {
  const { x, y } = style.grain;
  const streaks = (px: number, py: number) => fractalNoise(px * 260 + x, py * 10 + y);
  canvas.weather(box(plan.left, plan.foot - 0.09, plan.right, plan.foot), (px, py) => {
    const near = 1 - (plan.foot - py) / 0.09;
    return 1 - 0.38 * near * near * (0.4 + streaks(px, py * 4));
  });
  for (const storey of plan.storeys) {
    for (const { kind, x0, x1, y1 } of storey.openings) {
      if (kind !== 'window') continue;
      canvas.weather(box(x0 - 0.012, y1, x1 + 0.012, y1 + 0.07), (px, py) => {
        const near = 1 - (py - y1) / 0.07;
        return 1 - 0.5 * near * Math.max(0, streaks(px, py) - 0.35);
      });
    }
  }
}
