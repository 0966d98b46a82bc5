/** A network between a client and a port of this machine that can be cut. */
import { createServer, connect as dial, type Socket } from 'node:net';

/** Passes bytes on, both ways, but while it is cut: then they wait, and nobody is told. */
export async function cuttable(port: number) {
  const sockets = new Set<Socket>();
  let isCut = false;
  let passedBytes = 0;
  const server = createServer((near) => {
    const far = dial(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => {
        passedBytes += bytes.length;
        to.write(bytes);
      });
      // Postgres and the worker close connections that were silent for too long: an end of both sides, and no fault.
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    if (isCut) for (const socket of [near, far]) socket.pause();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    /** Both ways together. */
    get passedBytes() {
      return passedBytes;
    },
    cut(cut: boolean) {
      isCut = cut;
      for (const socket of sockets) cut ? socket.pause() : socket.resume();
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
