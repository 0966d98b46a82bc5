import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Frame } from '../../painting/protocol.js';

interface FrameProps {
  readonly frame: Frame;
  readonly label: string;
}

/** A frame's pixels. */
export function Pixels({ frame, label }: FrameProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    context?.putImageData(new ImageData(frame.pixels, frame.width, frame.height), 0, 0);
  }, [frame]);
  return <canvas ref={canvas} width={frame.width} height={frame.height} role="img" aria-label={label} />;
}

/** A painted frame, as large as its place allows. */
export function FrameCanvas({ frame, label }: FrameProps) {
  return (
    <figure class="picture" style={{ '--ratio': String(frame.width / frame.height) }}>
      <Pixels frame={frame} label={label} />
    </figure>
  );
}
