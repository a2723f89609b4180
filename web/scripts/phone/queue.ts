import { fresh, seal, unseal } from './seal'
import type { Sealed } from './seal'
import type { Held } from './held'
import type { Row, Store } from './store'

/** Where an item is: only here, on its way, arrived, in conflict with another's, or sent back. */
export type State = 'waiting' | 'sending' | 'sent' | 'conflict' | 'refused'

/** What an answer of the node means for an item. */
export type Outcome = 'done' | 'conflict' | 'refused' | 'signed-out' | 'later'

export interface Item extends Row {
  owner: string
  /** Its place in the order. */
  n: number
  at: number
  until: number
  state: State
  /** Counts what was typed anew: an answer to older words settles nothing. */
  rev: number
  head: Sealed
  form: Sealed
  /** The node's page about a conflict or a refusal, with what was typed in it. */
  answer?: Sealed
}

export interface Form {
  /** One thing that is sent: its command's id, or its address where it has none. */
  key: string
  url: string
  title: string
}

export interface Answer {
  status: number
  /** Whether the node led on to another page, as it does when a form was taken. */
  redirected: boolean
  path: string
  html: string
  policy: string
}

export type Fields = Array<[string, string]>

/** The most items that wait. */
export const MOST_ITEMS = 100

/**
 * A form that was taken leads to another page, always; so whatever else says 200, such as the page of
 * a railway station's network, settles nothing.
 */
export function outcome(answer: Pick<Answer, 'status' | 'redirected' | 'path'>): Outcome {
  if (answer.redirected) return answer.path.startsWith('/sign-in') ? 'signed-out' : 'done'
  if (answer.status === 401) return 'signed-out'
  if (answer.status === 409) return 'conflict'
  if (answer.status >= 400 && answer.status < 500 && ![408, 425, 429].includes(answer.status)) return 'refused'
  return 'later'
}

/** The state after an outcome. */
export function next(state: State, what: Outcome): State {
  if (state !== 'sending') return state
  if (what === 'done') return 'sent'
  return what === 'conflict' || what === 'refused' ? what : 'waiting'
}

/** The items of `owner`, in order. */
export async function items(store: Store, owner: string): Promise<Item[]> {
  const all = await store.all<Item>('queue')
  return all.filter(item => item.owner === owner).sort((a, b) => a.n - b.n)
}

function place(item: { owner: string, id: string }, part: string) {
  return { owner: item.owner, table: 'queue', id: item.id, part }
}

export function form(holder: Held, item: Item): Promise<Form> {
  return unseal(holder.key, place(item, 'head'), item.head)
}

export function fields(holder: Held, item: Item): Promise<Fields> {
  return unseal(holder.key, place(item, 'form'), item.form)
}

export async function answered(holder: Held, item: Item): Promise<Answer | undefined> {
  return item.answer && unseal<Answer>(holder.key, place(item, 'answer'), item.answer)
}

/** The item of `key` that has not arrived. */
export async function find(store: Store, holder: Held, key: string): Promise<Item | undefined> {
  for (const item of await items(store, holder.owner)) {
    if (item.state !== 'sent' && (await form(holder, item)).key === key) return item
  }
  return undefined
}

/**
 * Keeps a form. What was typed anew takes the place of what waited under the same key; the order
 * stays. Nothing when there is no room.
 */
export async function keep(store: Store, holder: Held, sent: Form, typed: Fields, at: { now: number, until: number }): Promise<Item | undefined> {
  const mine = await items(store, holder.owner)
  const before = await find(store, holder, sent.key)
  if (!before && mine.filter(item => item.state !== 'sent').length >= MOST_ITEMS) return undefined
  const id = before ? before.id : fresh()
  const last = mine[mine.length - 1]
  const at_ = place({ owner: holder.owner, id }, 'head')
  const item: Item = {
    id,
    owner: holder.owner,
    n: before ? before.n : (last ? last.n : 0) + 1,
    at: at.now,
    until: at.until,
    state: 'waiting',
    rev: before ? before.rev + 1 : 0,
    head: await seal(holder.key, at_, sent),
    form: await seal(holder.key, { ...at_, part: 'form' }, typed.filter(([name]) => name !== '_csrf'))
  }
  await store.put('queue', item)
  return item
}

/** How a form goes over the line. An error means that it did not. */
export type Post = (url: string, body: string) => Promise<Answer>

export interface Sending {
  store: Store
  holder: Held
  token: string
  post: Post
  now: () => number
  changed: () => void
}

/** One run at a time: what begins while another goes on waits for its end. */
let running: Promise<unknown> = Promise.resolve()

/** Sends what waits, in order. An item in conflict or sent back does not hold up those behind it. */
export function flush(sending: Sending): Promise<Outcome> {
  const run = running.then(() => run_(sending), () => run_(sending))
  running = run
  return run
}

async function run_(sending: Sending): Promise<Outcome> {
  const { store, holder } = sending
  for (const item of await items(store, holder.owner)) {
    // One found as `sending` was cut off in the middle: its command's id lets it count once.
    if (item.state !== 'waiting' && item.state !== 'sending') continue
    const what = await send(sending, item)
    if (what === 'signed-out' || what === 'later') return what
  }
  return 'done'
}

async function send(sending: Sending, item: Item): Promise<Outcome> {
  const { store, holder, post, changed } = sending
  await store.put('queue', { ...item, state: 'sending' } as Item)
  changed()
  let what: Outcome = 'later'
  let answer: Answer | undefined
  try {
    const body = new URLSearchParams(await fields(holder, item))
    body.set('_csrf', sending.token)
    body.set('_kept', 'yes')
    answer = await post((await form(holder, item)).url, body.toString())
    what = outcome(answer)
  } catch {
    // No line, or it was cut: the item waits on.
  }
  const now = await store.get<Item>('queue', item.id)
  // Dropped or typed anew meanwhile: then that is what stands.
  if (!now || now.rev !== item.rev) return what
  const settled: Item = { ...now, state: next('sending', what) }
  if (answer && (settled.state === 'conflict' || settled.state === 'refused')) {
    settled.answer = await seal(holder.key, place(item, 'answer'), answer)
  } else {
    delete settled.answer
  }
  await store.put('queue', settled)
  changed()
  return what
}
