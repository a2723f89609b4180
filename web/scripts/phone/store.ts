/** What a phone keeps: three tables. All of it sealed but times, counts, states and whose it is. */
export type Table = 'meta' | 'pages' | 'queue'

export interface Row {
  id: string
}

/** A place for rows. In the browser it is IndexedDB; tests have one in memory. */
export interface Store {
  get<T extends Row>(table: Table, id: string): Promise<T | undefined>
  all<T extends Row>(table: Table): Promise<T[]>
  put(table: Table, row: Row): Promise<void>
  remove(table: Table, id: string): Promise<void>
  clear(table: Table): Promise<void>
}

const NAME = 'linli-phone'
const TABLES: Table[] = ['meta', 'pages', 'queue']

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => {
      for (const table of TABLES) request.result.createObjectStore(table, { keyPath: 'id' })
    }
    request.onsuccess = () => {
      // Signing out in another tab deletes the database; an open one would make it wait.
      request.result.onversionchange = () => request.result.close()
      resolve(request.result)
    }
    request.onerror = () => reject(request.error)
  })
}

/** One request in a transaction of its own, durable when the promise is kept. */
async function one<T>(table: Table, mode: IDBTransactionMode, ask: (rows: IDBObjectStore) => IDBRequest): Promise<T> {
  const db = await opened()
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = db.transaction(table, mode)
      const request = ask(transaction.objectStore(table))
      transaction.oncomplete = () => resolve(request.result as T)
      transaction.onabort = () => reject(transaction.error)
    })
  } finally {
    db.close()
  }
}

export const browserStore: Store = {
  get: (table, id) => one(table, 'readonly', rows => rows.get(id)),
  all: table => one(table, 'readonly', rows => rows.getAll()),
  put: (table, row) => one(table, 'readwrite', rows => rows.put(row)),
  remove: (table, id) => one(table, 'readwrite', rows => rows.delete(id)),
  clear: table => one(table, 'readwrite', rows => rows.clear())
}

/** Deletes the database and every cache. */
export async function wipe(): Promise<void> {
  await new Promise<void>(resolve => {
    const request = indexedDB.deleteDatabase(NAME)
    request.onsuccess = () => resolve()
    request.onerror = () => resolve()
    request.onblocked = () => resolve()
  })
  for (const name of await caches.keys()) await caches.delete(name)
}
