/**
 * IndexedDB with promises. Shelves: paintings, the pictures they were made from, networks; the sessions of tabs, and their
 * unfinished paintings with the states from which these go on and the pictures of their films.
 */

const NAME = 'giverny';
const VERSION = 3;
export type Shelf = 'paintings' | 'pictures' | 'networks' | 'sessions' | 'unfinished' | 'states' | 'films';
/** The property by which a shelf knows its entries. */
const KEYS: Readonly<Record<Shelf, string>> = {
  paintings: 'id',
  pictures: 'sha256',
  networks: 'name',
  sessions: 'id',
  unfinished: 'id',
  states: 'id',
  films: 'id',
};

let opening: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opening ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const [shelf, keyPath] of Object.entries(KEYS)) {
        if (!request.result.objectStoreNames.contains(shelf)) request.result.createObjectStore(shelf, { keyPath });
      }
    };
    request.onsuccess = () => {
      // Another tab with a newer version of the page may change the shelves.
      request.result.onversionchange = () => {
        request.result.close();
        opening = undefined;
      };
      // Where its data is cleared the browser closes a database; the next access opens a new one.
      request.result.onclose = () => {
        opening = undefined;
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('Another tab holds the storage.'));
  }).catch((error) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

/** How operations fail on a connection that the browser has closed. */
const CLOSED = ['InvalidStateError', 'AbortError', 'UnknownError'];

/**
 * Runs a transaction. A browser that clears the page's data closes its connections, and a busy worker may use one before
 * it hears of that: the transaction is tried again on a new connection.
 */
async function transact<T>(
  shelves: Shelf | Shelf[],
  mode: IDBTransactionMode,
  work: (transaction: IDBTransaction) => IDBRequest<T>,
): Promise<T> {
  const used = database();
  try {
    return await run(await used, shelves, mode, work);
  } catch (error) {
    if (!(error instanceof DOMException && CLOSED.includes(error.name))) throw error;
    if (opening === used) opening = undefined;
    return run(await database(), shelves, mode, work);
  }
}

function run<T>(
  connection: IDBDatabase,
  shelves: Shelf | Shelf[],
  mode: IDBTransactionMode,
  work: (transaction: IDBTransaction) => IDBRequest<T>,
): Promise<T> {
  const transaction = connection.transaction(shelves, mode);
  const request = work(transaction);
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error ?? request.error);
    transaction.onerror = () => reject(transaction.error ?? request.error);
  });
}

const within = <T>(shelf: Shelf, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>) =>
  transact(shelf, mode, (transaction) => work(transaction.objectStore(shelf)));

/** @throws DOMException QuotaExceededError where the browser's storage is full. */
export async function put(shelf: Shelf, entry: object): Promise<void> {
  await within(shelf, 'readwrite', (store) => store.put(entry));
}

export function get<T>(shelf: Shelf, key: string): Promise<T | undefined> {
  return within(shelf, 'readonly', (store) => store.get(key) as IDBRequest<T | undefined>);
}

export function all<T>(shelf: Shelf): Promise<T[]> {
  return within(shelf, 'readonly', (store) => store.getAll() as IDBRequest<T[]>);
}

/** Whether a shelf has an entry, which is not read. */
export async function has(shelf: Shelf, key: string): Promise<boolean> {
  return (await within(shelf, 'readonly', (store) => store.count(key))) > 0;
}

/** All entries whose keys begin like this. */
export function beginning<T>(shelf: Shelf, prefix: string): Promise<T[]> {
  return within(shelf, 'readonly', (store) => store.getAll(rangeOf(prefix)) as IDBRequest<T[]>);
}

/** Keys that begin like this. */
export function keysBeginning(shelf: Shelf, prefix: string): Promise<string[]> {
  return within(shelf, 'readonly', (store) => store.getAllKeys(rangeOf(prefix)) as IDBRequest<string[]>);
}

export async function removeBeginning(shelf: Shelf, prefix: string): Promise<void> {
  await within(shelf, 'readwrite', (store) => store.delete(rangeOf(prefix)));
}

const rangeOf = (prefix: string) => IDBKeyRange.bound(prefix, `${prefix}\uffff`);

export async function remove(shelf: Shelf, key: string): Promise<void> {
  await within(shelf, 'readwrite', (store) => store.delete(key));
}

export function keys(shelf: Shelf): Promise<string[]> {
  return within(shelf, 'readonly', (store) => store.getAllKeys() as IDBRequest<string[]>);
}

/** Gives all of the page's storage back but what `localStorage` holds. */
export async function clearAll(): Promise<void> {
  const shelves = Object.keys(KEYS) as Shelf[];
  await transact(
    shelves,
    'readwrite',
    (transaction) => shelves.map((shelf) => transaction.objectStore(shelf).clear())[0] as IDBRequest<undefined>,
  );
}

export const isFull = (error: unknown) => error instanceof DOMException && error.name === 'QuotaExceededError';
