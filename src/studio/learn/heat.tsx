import { useLayoutEffect, useRef } from 'preact/hooks';

/** From dark water to pale light; ordered in brightness, so that it reads without colour, too. */
const RAMP: readonly (readonly [number, number, number])[] = [
  [16, 24, 38],
  [30, 77, 84],
  [84, 146, 106],
  [206, 196, 110],
  [255, 246, 214],
];

export interface HeatProps {
  /** [height, width]; shown from its least to its highest value. */
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly label: string;
  /** Shows small values apart: for values of very different sizes. */
  readonly gamma?: number;
  /** From the least to the highest value shown, where several maps share a scale. */
  readonly range?: readonly [number, number];
}

export function Heat({ values, width, height, label, gamma = 1, range }: HeatProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    canvas.current?.getContext('2d')?.putImageData(colored(values, width, height, gamma, range), 0, 0);
  }, [values, width, height, gamma, range?.[0], range?.[1]]);
  return <canvas class="heat" ref={canvas} width={width} height={height} role="img" aria-label={label} />;
}

function colored(
  values: Float32Array,
  width: number,
  height: number,
  gamma: number,
  range?: readonly [number, number],
): ImageData {
  let [least, most] = range ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of range ? [] : values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const image = new ImageData(width, height);
  for (let i = 0; i < values.length; i++) {
    const share = most > least ? (((values[i] as number) - least) / (most - least)) ** gamma : 0;
    const at = share * (RAMP.length - 1);
    const [low, high] = [RAMP[Math.floor(at)], RAMP[Math.ceil(at)]] as [readonly number[], readonly number[]];
    for (let c = 0; c < 3; c++) {
      image.data[4 * i + c] = (low[c] as number) + ((high[c] as number) - (low[c] as number)) * (at - Math.floor(at));
    }
    image.data[4 * i + 3] = 255;
  }
  return image;
}
