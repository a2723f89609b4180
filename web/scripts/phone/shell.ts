import type { Row, Store } from './store'

/** The page that says what is on this phone; also shown in place of a page that cannot be had. */
export const HERE = '/phone'
/** The cache of what is nobody's: built files and that page. */
export const CACHE = 'linli-shell'

/**
 * Keeps that page, as large and in the language in which its holder reads. It is asked for as nobody:
 * what everybody may see is all that is kept unsealed.
 */
export async function stock(store: Store, look?: string): Promise<void> {
  if (look) await store.put('meta', { id: 'look', look } as Row)
  const known = await store.get<Row & { look: string }>('meta', 'look')
  const here = await fetch(known ? `${HERE}?${known.look}` : HERE, { credentials: 'omit', cache: 'no-store' })
  if (!here.ok) throw new Error(`phone: ${HERE} answered ${here.status}`)
  await (await caches.open(CACHE)).put(HERE, here)
}
