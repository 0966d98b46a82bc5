/**
 * Night wind over a lake: thick curved strokes of blue and yellow that follow a flow field.
 * The field is a breeze bent around several whirls; the colour of a stroke depends on the arm of the spiral it lies
 * on, so the strokes gather into bands. Every stroke leaves relief, which is lit at the end like impasto.
 */
import { Canvas, type Style } from './canvas.js';
import {
  fbm,
  flowLine,
  lerp,
  mix,
  noise,
  palette,
  pick,
  type Rgb,
  ramp,
  randomFrom,
  scatter,
  smoothstep,
  vary,
} from './tools.js';

const SKY = palette('#0b1d51 #14388a #1f58ad #2f7fc0 #6fb2cf #c4dcc4');
const GLOW = palette('#fff3b0 #ffd84a #f4a91f #9cc28d #3f83b8');
const HILLS = palette('#06142e #0d2a4a #12424f #2a6a5c');
const WATER = palette('#081a45 #10407e #1d6a9a #4fa3ab #a9cfae');
/** Whirls: centre (shares of the width and height), size (share of the width), turning sense. */
const WHIRLS = [
  { x: 0.72, y: 0.2, size: 0.135, turn: 1 },
  { x: 0.33, y: 0.27, size: 0.165, turn: -1 },
  { x: 0.07, y: 0.12, size: 0.08, turn: 1 },
  { x: 0.52, y: 0.08, size: 0.06, turn: -1 },
  { x: 0.93, y: 0.45, size: 0.075, turn: -1 },
  { x: 0.56, y: 0.45, size: 0.065, turn: 1 },
  { x: 0.1, y: 0.46, size: 0.06, turn: -1 },
];

export const swirls: Style = (width, height, seed) => {
  const random = randomFrom(seed);
  const canvas = new Canvas(width, height, pick(SKY, 0));
  const unit = width / 768;
  const shore = (x: number) => height * (0.7 + 0.012 * Math.sin((x / width) * 9));
  const ridge = (x: number) => height * (0.42 + 0.32 * fbm((x / width) * 3.2, 5, 3, seed));
  const reach = (whirl: (typeof WHIRLS)[number], x: number, y: number) =>
    Math.sqrt((x - whirl.x * width) ** 2 + (y - whirl.y * height) ** 2) / (whirl.size * width);

  const angle = (x: number, y: number): number => {
    if (y > shore(x)) return 0.1 * Math.sin(x / (26 * unit) + y / (9 * unit));
    if (y > ridge(x)) return 0.35 * Math.cos((x / width) * 14) + 0.7 * noise(x / (60 * unit), y / (40 * unit), seed);
    const breeze =
      0.5 * Math.sin((x / width) * 7 + (y / height) * 3) + 0.9 * (noise(x / (150 * unit), y / (90 * unit), seed) - 0.5);
    let [vx, vy] = [Math.cos(breeze), Math.sin(breeze)];
    for (const whirl of WHIRLS) {
      const pull = 7 * Math.exp(-(reach(whirl, x, y) ** 2) * 1.1);
      const around = Math.atan2(y - whirl.y * height, x - whirl.x * width) + whirl.turn * 1.42;
      vx += Math.cos(around) * pull;
      vy += Math.sin(around) * pull;
    }
    return Math.atan2(vy, vx);
  };

  const colour = (x: number, y: number): Rgb => {
    const patch = fbm(x / (70 * unit), y / (40 * unit), 2, seed + 3);
    if (y > shore(x)) {
      const ripple = 0.5 + 0.5 * Math.sin(y / (6.5 * unit) + 5 * noise(x / (80 * unit), y / (30 * unit), seed));
      let water = ramp(WATER, 0.15 + 0.5 * patch * ripple + 0.25 * (1 - (y - shore(x)) / (height - shore(x))));
      const depth = (y - shore(x)) / (height - shore(x));
      for (const { x: cx, size } of WHIRLS) {
        const sway = 0.03 * (noise(cx * 50, y / (11 * unit), seed) - 0.5) * (1 + 2 * depth);
        const wide = Math.abs(x / width - cx - sway) / (size * (0.12 + 0.55 * noise(cx * 90, y / (7 * unit), 5)));
        const shine = smoothstep(1, 0.3, wide) * smoothstep(0.2, 0.7, ripple) * smoothstep(0.2 + size * 6, 0, depth);
        water = mix(water, ramp(GLOW, wide * 0.4 + depth * 0.35 + patch * 0.2), shine);
      }
      return water;
    }
    if (y > ridge(x)) return ramp(HILLS, (patch - 0.25) * 1.5 + 0.5 * smoothstep(30 * unit, 0, y - ridge(x)));
    const bands = noise(x / (120 * unit), y / (26 * unit), seed + 8);
    let sky = ramp(SKY, lerp(0.05, 0.55, (y / height) * 1.5) + (bands - 0.5) * 0.75 + (patch - 0.5) * 0.5);
    for (const whirl of WHIRLS) {
      const r = reach(whirl, x, y);
      const turn = Math.atan2(y - whirl.y * height, x - whirl.x * width);
      const arm = 0.5 + 0.5 * Math.sin(turn * 2 - whirl.turn * r * 6.5);
      sky = mix(
        sky,
        ramp(GLOW, r * 0.75 + 0.3 * (1 - arm)),
        smoothstep(1.15, 0.5, r) * lerp(arm, 1, smoothstep(0.5, 0.2, r)),
      );
    }
    return sky;
  };

  for (const [spacing, radius, length] of [
    [17, 13, 84],
    [11, 7.5, 60],
    [12, 4.6, 44],
  ] as const)
    for (const at of scatter(width, height, spacing * unit, random)) {
      const base = colour(...at);
      const long = length * unit * (0.7 + 0.6 * random()) * (at[1] > shore(at[0]) ? 0.6 : 1);
      canvas.stroke(flowLine(at, angle, long), radius * unit * (0.75 + 0.5 * random()), {
        colour: vary(base, random, 0.22, 0.05),
        second: vary(mix(base, pick(random() < 0.5 ? SKY : GLOW, random() * 4), 0.3), random, 0.3),
        bristle: 0.8,
        dry: 0.35,
        relief: 1,
        profile: (t) => 0.55 + 0.45 * Math.sin(Math.PI * Math.min(1, t * 0.75 + 0.22)),
        seed: Math.floor(random() * 1e6),
      });
    }
  canvas.light(0.3, 0.12);
  return canvas;
};
