/** Pictures made of pieces: which piece a pixel belongs to, and how far it lies from the seam. */
import type { Point } from './tools.js';

export interface Site {
  x: number;
  y: number;
  /** A piece never reaches into another group. */
  group: number;
  /** Pieces with an angle are squares turned by it rather than Voronoi cells. */
  angle?: number;
}

/** The nearest site of the pixel's own group, for every pixel. */
function cells(width: number, height: number, sites: readonly Site[], group: (x: number, y: number) => number) {
  const size = 1.5 * Math.sqrt((width * height) / sites.length);
  const columns = Math.ceil(width / size) + 2;
  const buckets: number[][] = Array.from({ length: columns * (Math.ceil(height / size) + 2) }, () => []);
  const bucket = (x: number, y: number) => (Math.floor(y / size) + 1) * columns + Math.floor(x / size) + 1;
  for (const [i, site] of sites.entries()) buckets[bucket(site.x, site.y)]?.push(i);
  const all = sites.map((_, i) => i);
  const none: number[] = [];
  const labels = new Int32Array(width * height).fill(-1);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const own = group(x + 0.5, y + 0.5);
      let found = -1;
      let best = Infinity;
      const at = bucket(x, y);
      for (let k = 0; k < 10; k++) {
        if (k === 9 && found >= 0) break;
        const candidates = k === 9 ? all : (buckets[at + (Math.floor(k / 3) - 1) * columns + (k % 3) - 1] ?? none);
        for (let c = 0; c < candidates.length; c++) {
          const site = sites[candidates[c] as number] as Site;
          if (site.group !== own) continue;
          const distance = apart(x + 0.5 - site.x, y + 0.5 - site.y, site.angle);
          if (distance >= best) continue;
          best = distance;
          found = candidates[c] as number;
        }
      }
      labels[y * width + x] = found;
    }
  return labels;
}

function apart(dx: number, dy: number, angle?: number): number {
  if (angle === undefined) return dx * dx + dy * dy;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return Math.max(Math.abs(dx * c + dy * s), Math.abs(dy * c - dx * s));
}

/**
 * Evens the sites out and gives the final labels: each round moves every site to the middle of its piece (Lloyd's
 * relaxation) on a picture a quarter the size. A group without any site gets one.
 */
export function settle(
  width: number,
  height: number,
  sites: Site[],
  group: (x: number, y: number) => number,
  rounds: number,
  angle?: (x: number, y: number) => number,
): Int32Array {
  const turn = () => {
    if (angle) for (const site of sites) site.angle = angle(site.x, site.y);
  };
  const known = new Set(sites.map((site) => site.group));
  const [w, h] = [Math.floor(width / 4), Math.floor(height / 4)];
  const groups = Int32Array.from({ length: w * h }, (_, i) => group((i % w) * 4 + 2, Math.floor(i / w) * 4 + 2));
  for (const [i, found] of groups.entries()) {
    if (known.has(found)) continue;
    sites.push({ x: (i % w) * 4 + 2, y: Math.floor(i / w) * 4 + 2, group: found });
    known.add(found);
  }
  for (let round = 0; round < rounds; round++) {
    turn();
    const small = sites.map((site) => ({ ...site, x: site.x / 4, y: site.y / 4 }));
    const labels = cells(w, h, small, (x, y) => groups[Math.floor(y) * w + Math.floor(x)] as number);
    const sums = sites.map((): [number, number, number] => [0, 0, 0]);
    for (const [i, label] of labels.entries()) {
      const sum = sums[label];
      if (!sum) continue;
      sum[0] += (i % w) * 4 + 2;
      sum[1] += Math.floor(i / w) * 4 + 2;
      sum[2] += 1;
    }
    for (const [i, [x, y, n]] of sums.entries()) if (n > 0) Object.assign(sites[i] as Site, { x: x / n, y: y / n });
  }
  turn();
  return cells(width, height, sites, group);
}

/** For every pixel the way to the nearest seam between two labels, as [dx, dy] (8-point sweeping). */
export function seams(labels: Int32Array, width: number, height: number): (x: number, y: number) => Point {
  const dx = new Int16Array(width * height);
  const dy = new Int16Array(width * height);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    const last = i % width === width - 1;
    const edge = (!last && labels[i + 1] !== label) || (i + width < labels.length && labels[i + width] !== label);
    if (!edge) dx[i] = dy[i] = 9999;
  }
  const far = (x: number, y: number) => x * x + y * y;
  const take = (i: number, x: number, y: number, ox: number, oy: number) => {
    if (x + ox < 0 || x + ox >= width || y + oy < 0 || y + oy >= height) return;
    const j = i + oy * width + ox;
    const nx = (dx[j] as number) + ox;
    const ny = (dy[j] as number) + oy;
    if (far(nx, ny) >= far(dx[i] as number, dy[i] as number)) return;
    dx[i] = nx;
    dy[i] = ny;
  };
  for (const way of [-1, 1]) {
    for (let k = 0; k < labels.length; k++) {
      const i = way < 0 ? k : labels.length - 1 - k;
      const x = i % width;
      const y = (i - x) / width;
      take(i, x, y, way, 0);
      take(i, x, y, way, way);
      take(i, x, y, 0, way);
      take(i, x, y, -way, way);
    }
  }
  return (x, y) => [dx[y * width + x] as number, dy[y * width + x] as number];
}
