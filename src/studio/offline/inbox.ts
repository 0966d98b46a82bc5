/** Pictures that come from outside the page: shared by another app, or opened with this one. */

/** The service worker puts shared photos there; see service-worker.ts. */
const INBOX = 'giverny-inbox';

interface LaunchQueue {
  setConsumer(consumer: (launch: { readonly files: readonly FileSystemFileHandle[] }) => void): void;
}

/** Hands over what was shared while the page was away, then what is opened with it. */
export async function readInbox(open: (files: readonly File[]) => Promise<void>): Promise<void> {
  const shared = await takeShared().catch(() => []);
  if (shared.length > 0) await open(shared);
  (window as { launchQueue?: LaunchQueue }).launchQueue?.setConsumer(async ({ files }) => {
    if (files.length > 0) await open(await Promise.all(files.map((file) => file.getFile())));
  });
}

async function takeShared(): Promise<File[]> {
  if (!globalThis.caches || !(await caches.has(INBOX))) return [];
  const inbox = await caches.open(INBOX);
  const requests = await inbox.keys();
  const files = requests.map(async (request) => {
    const found = await inbox.match(request);
    const name = decodeURIComponent(found?.headers.get('x-name') ?? 'photo');
    return found && new File([await found.blob()], name, { type: found.headers.get('content-type') ?? '' });
  });
  const taken = (await Promise.all(files)).filter((file) => file !== undefined);
  await caches.delete(INBOX);
  return taken;
}
