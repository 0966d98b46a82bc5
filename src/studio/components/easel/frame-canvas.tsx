import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Frame } from '../../painting/protocol.js';

/** A painted frame, as large as its place allows. */
export function FrameCanvas({ frame, label }: { frame: Frame; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    context?.putImageData(new ImageData(frame.pixels, frame.width, frame.height), 0, 0);
  }, [frame]);
  return (
    <figure class="picture" style={{ '--ratio': String(frame.width / frame.height) }}>
      <canvas ref={canvas} width={frame.width} height={frame.height} role="img" aria-label={label} />
    </figure>
  );
}
