import { fresh, keyOf, seal, unseal } from './seal'
import type { Sealed } from './seal'
import type { Row, Store } from './store'

/** Who may read what is on this phone now, and until when. */
export interface Held extends Row {
  owner: string
  key: CryptoKey
  until: number
}

/** What the node says to whoever is signed in. */
export interface Session {
  /** Names the account, to nobody but this node. */
  owner: string
  key: string
  /** The token of forms. */
  token: string
  /** Milliseconds for which pages stay, and for which what was not sent stays. */
  keep: number
  wait: number
}

/** A page taken along. */
interface Page extends Row {
  owner: string
  at: number
  until: number
  head: Sealed
  body: Sealed
}

export interface Head {
  url: string
  title: string
  /** Pages that are taken and replaced together. */
  set: string
  /** The page after this one. */
  next: string
}

export interface Body {
  html: string
  /** The content policy that the page came with. */
  policy: string
}

export interface Taken {
  head: Head
  body: Body
  at: number
  until: number
}

/** The most pages on one phone: twenty visits with their forms, their list, and a long draft. */
export const MOST_PAGES = 120

/** The random part of this phone in its keys: without it not even the node makes them again. */
export async function device(store: Store): Promise<string> {
  const known = await store.get<Row & { value: string }>('meta', 'device')
  if (known) return known.value
  const value = fresh()
  await store.put('meta', { id: 'device', value } as Row)
  return value
}

/** The key in use; none when there is none or its time is over. */
export async function held(store: Store, now: number): Promise<Held | undefined> {
  const found = await store.get<Held>('meta', 'held')
  return found && found.until > now ? found : undefined
}

/**
 * Takes the key of whoever is signed in. Pages of anybody else go; what they had not sent stays
 * sealed, under a key that the node gives to nobody else.
 */
export async function admit(store: Store, session: Session, now: number): Promise<Held> {
  for (const row of await store.all<Page>('pages')) {
    if (row.owner !== session.owner) await store.remove('pages', row.id)
  }
  const taken = { id: 'held', owner: session.owner, key: await keyOf(session.key), until: now + session.keep }
  await store.put('meta', taken)
  return taken
}

/** Somebody signs in: nothing is read or kept until the node has said who. */
export function lock(store: Store): Promise<void> {
  return store.remove('meta', 'held')
}

/** Whether anything here is of this account. */
export async function has(store: Store, owner: string): Promise<boolean> {
  for (const table of ['pages', 'queue'] as const) {
    const all = await store.all<Row & { owner: string }>(table)
    if (all.some(row => row.owner === owner)) return true
  }
  return false
}

/** The sign-in is over: nothing here can be read any more until the same account comes back. */
export async function release(store: Store): Promise<void> {
  await store.remove('meta', 'held')
  await store.clear('pages')
}

/** Deletes what is past its time: pages, the key, items that were sent or waited too long. */
export async function expire(store: Store, now: number): Promise<void> {
  const key = await store.get<Held>('meta', 'held')
  if (key && key.until <= now) await release(store)
  for (const table of ['pages', 'queue'] as const) {
    for (const row of await store.all<Row & { until: number }>(table)) {
      if (row.until <= now) await store.remove(table, row.id)
    }
  }
}

/** Takes a page along. */
export async function take(store: Store, holder: Held, head: Head, body: Body, now: number): Promise<void> {
  const id = fresh()
  const place = { owner: holder.owner, table: 'pages', id }
  const row: Page = {
    id,
    owner: holder.owner,
    at: now,
    until: holder.until,
    head: await seal(holder.key, { ...place, part: 'head' }, head),
    body: await seal(holder.key, { ...place, part: 'body' }, body)
  }
  await store.put('pages', row)
}

async function rows(store: Store, holder: Held, now: number): Promise<Array<{ row: Page, head: Head }>> {
  const found = []
  for (const row of await store.all<Page>('pages')) {
    if (row.owner !== holder.owner || row.until <= now) continue
    const place = { owner: row.owner, table: 'pages', id: row.id, part: 'head' }
    found.push({ row, head: await unseal<Head>(holder.key, place, row.head) })
  }
  return found
}

/** What was taken along, without the pages themselves. */
export async function heads(store: Store, holder: Held, now: number): Promise<Array<{ head: Head, at: number, until: number }>> {
  return (await rows(store, holder, now)).map(({ row, head }) => ({ head, at: row.at, until: row.until }))
}

/** The page taken along under this address. */
export async function page(store: Store, holder: Held, url: string, now: number): Promise<Taken | undefined> {
  const found = (await rows(store, holder, now)).find(one => one.head.url === url)
  if (!found) return undefined
  const { row, head } = found
  const place = { owner: row.owner, table: 'pages', id: row.id, part: 'body' }
  return { head, at: row.at, until: row.until, body: await unseal<Body>(holder.key, place, row.body) }
}

/** Lets the pages of a set go, such as before it is taken anew. */
export async function drop(store: Store, holder: Held, set: string, now: number): Promise<void> {
  for (const { row, head } of await rows(store, holder, now)) {
    if (head.set === set) await store.remove('pages', row.id)
  }
}
