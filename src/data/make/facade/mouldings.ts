import type { Canvas } from './canvas.js';
import { shade, srgb } from './colour.js';
import { paint } from './finishes.js';
import type { FacadePlan } from './plan.js';
import { box } from './shapes.js';
import type { FacadeStyle } from './style.js';

/** A moulding between storeys: three steps, each throwing its own line of shadow. */
export function paintBand(canvas: Canvas, { left, right }: FacadePlan, y: number, style: FacadeStyle): void {
  canvas.fill(box(left, y - 0.012, right, y + 0.01), 0.006, style.trim, 'cornice');
  canvas.fill(box(left - 0.004, y - 0.012, right + 0.004, y - 0.001), 0.016, style.trim, 'cornice');
}

/** The great cornice below the roof, on brackets. */
export function paintCornice(canvas: Canvas, plan: FacadePlan, style: FacadeStyle): void {
  const { left, right, eaves } = plan;
  canvas.fill(box(left, eaves, right, eaves + 0.038), 0.006, style.trim, 'cornice');
  const pitch = (right - left) / Math.round((right - left) / 0.034);
  for (let x = left + pitch / 2; x < right; x += pitch) {
    canvas.fill(box(x - 0.006, eaves + 0.012, x + 0.006, eaves + 0.03), 0.022, style.trim);
  }
  canvas.fill(box(left - 0.008, eaves - 0.006, right + 0.008, eaves + 0.014), 0.034, style.trim, 'cornice');
  canvas.fill(box(left - 0.012, eaves - 0.012, right + 0.012, eaves), 0.042, style.trim, 'cornice');
}

/** Flat columns between the bays, with capital and foot. */
export function paintPillars(canvas: Canvas, plan: FacadePlan, style: FacadeStyle): void {
  const top = plan.eaves + 0.036;
  const bottom = plan.storeys[plan.storeys.length - 1].top - 0.012;
  const width = (plan.right - plan.left) / plan.bays;
  for (let i = 0; i <= plan.bays; i++) {
    const x = Math.min(plan.right - 0.02, Math.max(plan.left + 0.02, plan.left + width * i));
    canvas.fill(box(x - 0.016, top, x + 0.016, bottom), 0.009, style.trim, 'pillar');
    canvas.fill(box(x - 0.006, top + 0.03, x - 0.002, bottom - 0.02), 0.005, style.trim);
    canvas.fill(box(x + 0.003, top + 0.03, x + 0.007, bottom - 0.02), 0.005, style.trim);
    canvas.fill(box(x - 0.021, top, x + 0.021, top + 0.02), 0.015, style.trim, 'pillar');
    canvas.fill(box(x - 0.021, bottom - 0.016, x + 0.021, bottom), 0.015, style.trim, 'pillar');
  }
}

/** Corner stones, long and short in turn. */
export function paintQuoins(canvas: Canvas, plan: FacadePlan, style: FacadeStyle): void {
  const tall = 0.036;
  for (let i = 0; plan.eaves + 0.038 + i * tall < plan.foot; i++) {
    const y = plan.eaves + 0.038 + i * tall;
    const wide = i & 1 ? 0.034 : 0.056;
    const y1 = Math.min(plan.foot, y + tall - 0.004);
    canvas.fill(box(plan.left, y, Math.max(0, plan.left) + wide, y1), 0.004, style.trim, 'trim');
    canvas.fill(box(Math.min(1, plan.right) - wide, y, plan.right, y1), 0.004, style.trim, 'trim');
  }
}

/** A balcony from x0 to x1 with its floor at y: slab, brackets, and a railing the wall shows through. */
export function paintBalcony(canvas: Canvas, x0: number, x1: number, y: number, style: FacadeStyle): void {
  const top = y - 0.07;
  canvas.fill(box(x0, y - 0.008, x1, y + 0.008), 0.042, style.trim, 'balcony');
  canvas.fill(box(x0 + 0.006, y + 0.008, x1 - 0.006, y + 0.013), 0.03, style.trim, 'balcony');
  for (
    let x = x0 + 0.012;
    x < x1 - 0.01;
    x += Math.max(0.05, (x1 - x0 - 0.03) / Math.round((x1 - x0) / 0.16))
  ) {
    canvas.fill(box(x, y + 0.008, x + 0.012, y + 0.03), 0.02, style.trim, 'balcony');
  }
  canvas.mark(box(x0, top, x1, y - 0.008), 'balcony');
  if (style.kind === 'stucco') paintBalusters(canvas, x0, x1, top, y - 0.008, style);
  else paintRailing(canvas, x0, x1, top, y - 0.008, style);
}

/** Wrought iron: upright bars, a rail above and below, a ring between every pair. */
function paintRailing(
  canvas: Canvas,
  x0: number,
  x1: number,
  y0: number,
  y1: number,
  style: FacadeStyle,
): void {
  const iron = paint(style.iron);
  const front = 0.039;
  const pitch = (x1 - x0 - 0.004) / Math.max(2, Math.round((x1 - x0) / 0.0125));
  for (let x = x0; x < x1 - 0.002; x += pitch) canvas.fill(box(x, y0, x + 0.0036, y1), front, iron);
  for (let x = x0; x < x1 - pitch; x += pitch) {
    const [cx, cy] = [x + 0.0018 + pitch / 2, y0 + (y1 - y0) * 0.62];
    const inside = (px: number, py: number) => {
      const distance = Math.hypot(px - cx, py - cy) / (pitch / 2);
      return distance < 1.05 && distance > 0.5;
    };
    canvas.fill(
      { ...box(cx - pitch / 2, cy - pitch / 2, cx + pitch / 2, cy + pitch / 2), inside },
      front,
      iron,
    );
  }
  canvas.fill(box(x0 - 0.002, y0, x1 + 0.002, y0 + 0.0055), 0.042, iron);
  canvas.fill(box(x0, y1 - 0.005, x1, y1), front, iron);
}

/** Stone: bellied posts under a rail. */
function paintBalusters(
  canvas: Canvas,
  x0: number,
  x1: number,
  y0: number,
  y1: number,
  style: FacadeStyle,
): void {
  const dark = paint(shade(srgb(120, 112, 104), 0.7));
  canvas.fill(box(x0, y0 + 0.012, x1, y1), 0.02, dark);
  const pitch = (x1 - x0) / Math.max(2, Math.round((x1 - x0) / 0.019));
  for (let x = x0 + pitch / 2; x < x1; x += pitch) {
    const inside = (px: number, py: number) => {
      const down = (py - y0) / (y1 - y0);
      return Math.abs(px - x) < pitch * (0.2 + 0.18 * Math.sin(Math.PI * Math.min(1, down * 1.1)) ** 2);
    };
    canvas.fill({ ...box(x - pitch / 2, y0, x + pitch / 2, y1), inside }, 0.038, style.trim);
  }
  canvas.fill(box(x0 - 0.003, y0, x1 + 0.003, y0 + 0.013), 0.044, style.trim);
  for (const x of [x0, x1 - 0.014]) canvas.fill(box(x, y0, x + 0.014, y1), 0.042, style.trim);
}
