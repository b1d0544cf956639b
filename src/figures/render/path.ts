type Point = { x: number; y: number };

const NUMBERS_PER_COMMAND: Record<string, number> = { M: 2, L: 2, H: 1, V: 1, C: 6, S: 4, Q: 4, T: 2, A: 7, Z: 0 };
const STEPS = 16; // straight pieces that stand for one curve: within 0.1 px at the size of a figure

/** Points on an elliptical arc after its start. Source: SVG 1.1, appendix F.6.5. */
function arc(from: Point, [rx, ry, tilt, large, sweep, x, y]: number[]): Point[] {
  const phi = (tilt * Math.PI) / 180;
  const [cos, sin] = [Math.cos(phi), Math.sin(phi)];
  const [dx, dy] = [(from.x - x) / 2, (from.y - y) / 2];
  const [x1, y1] = [cos * dx + sin * dy, cos * dy - sin * dx];
  const excess = Math.sqrt((x1 / rx) ** 2 + (y1 / ry) ** 2);
  if (!Number.isFinite(excess) || excess === 0) return [{ x, y }];
  const [a, b] = excess > 1 ? [rx * excess, ry * excess] : [rx, ry];
  const side = large === sweep ? -1 : 1;
  const offset = side * Math.sqrt(Math.max(0, 1 / ((x1 / a) ** 2 + (y1 / b) ** 2) - 1));
  const [cx, cy] = [(offset * a * y1) / b, (-offset * b * x1) / a];
  const start = Math.atan2((y1 - cy) / b, (x1 - cx) / a);
  const turn = Math.atan2((-y1 - cy) / b, (-x1 - cx) / a) - start;
  const angle = turn + (sweep && turn < 0 ? 2 * Math.PI : !sweep && turn > 0 ? -2 * Math.PI : 0);
  return Array.from({ length: STEPS }, (_, i) => {
    const t = start + (angle * (i + 1)) / STEPS;
    const [px, py] = [cx + a * Math.cos(t), cy + b * Math.sin(t)];
    return { x: cos * px - sin * py + (from.x + x) / 2, y: sin * px + cos * py + (from.y + y) / 2 };
  });
}

/** Points on a Bézier curve of any degree after its start, by de Casteljau's construction. */
function bezier(control: Point[]): Point[] {
  return Array.from({ length: STEPS }, (_, i) => {
    const t = (i + 1) / STEPS;
    let points = control;
    while (points.length > 1) {
      points = points.slice(1).map((p, k) => ({ x: points[k].x * (1 - t) + p.x * t, y: points[k].y * (1 - t) + p.y * t }));
    }
    return points[0];
  });
}

/**
 * Reduces the outline of an SVG path to straight lines.
 *
 * @param d the path's data, in any of SVG's commands
 * @returns one list of points for each stroke of the pen
 */
export function strokesOf(d: string): Point[][] {
  const strokes: Point[][] = [];
  let at: Point = { x: 0, y: 0 };
  let handle: Point | undefined; // the last control point, mirrored by S and T

  const draw = (command: string, n: number[], origin: Point): Point[] => {
    const points = [];
    for (let k = 0; k + 1 < n.length; k += 2) points.push({ x: n[k] + origin.x, y: n[k + 1] + origin.y });
    const mirrored = handle ? { x: 2 * at.x - handle.x, y: 2 * at.y - handle.y } : at;
    handle = undefined;
    if (command === 'H') return [{ x: n[0] + origin.x, y: at.y }];
    if (command === 'V') return [{ x: at.x, y: n[0] + origin.y }];
    if (command === 'A') return arc(at, [...n.slice(0, 5), n[5] + origin.x, n[6] + origin.y]);
    if (command === 'Z') return strokes.at(-1)?.slice(0, 1) ?? [];
    if (command === 'M' || command === 'L') return points;
    const control = command === 'S' || command === 'T' ? [mirrored, ...points] : points;
    handle = control.at(-2);
    return bezier([at, ...control]);
  };

  for (const [, letter, rest] of d.matchAll(/([MLHVCSQTAZ])([^MLHVCSQTAZ]*)/gi)) {
    const command = letter.toUpperCase();
    const numbers = (rest.match(/[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi) ?? []).map(Number);
    const size = NUMBERS_PER_COMMAND[command];
    if (command === 'M') strokes.push([]);
    for (let i = 0; i + size <= numbers.length; i += Math.max(size, 1)) {
      const added = draw(command, numbers.slice(i, i + size), letter === command ? { x: 0, y: 0 } : at);
      strokes.at(-1)?.push(...added);
      at = added.at(-1) ?? at;
      if (size === 0) break;
    }
  }
  return strokes;
}

const distance = (a: Point, b: Point): number => Math.hypot(b.x - a.x, b.y - a.y);

/** Length of a path in its own units. */
export function pathLength(d: string): number {
  return strokesOf(d).reduce((sum, stroke) => stroke.reduce((part, p, i) => part + (i > 0 ? distance(stroke[i - 1], p) : 0), sum), 0);
}

/** The point at a length along a path, held to its ends. */
export function pointAtLength(d: string, length: number): Point {
  const strokes = strokesOf(d);
  let left = Math.max(0, length);
  for (const stroke of strokes) {
    for (let i = 1; i < stroke.length; i++) {
      const step = distance(stroke[i - 1], stroke[i]);
      if (step > 0 && left <= step) {
        const t = left / step;
        return { x: stroke[i - 1].x * (1 - t) + stroke[i].x * t, y: stroke[i - 1].y * (1 - t) + stroke[i].y * t };
      }
      left -= step;
    }
  }
  return strokes.at(-1)?.at(-1) ?? { x: 0, y: 0 };
}
