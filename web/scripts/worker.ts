// The service worker: what a phone can do without a line. It answers from what was taken along when
// the node does not, keeps forms that could not be sent, and sends them later. It never keeps a page
// by itself: only what somebody asked to take along.
import { admit, device, expire, has, held, lock, page, release } from './phone/held'
import type { Held, Taken } from './phone/held'
import { address, post, session, within } from './phone/line'
import { answered, find, flush, keep } from './phone/queue'
import type { Item, Outcome } from './phone/queue'
import { CACHE, HERE, stock } from './phone/shell'
import { browserStore as store } from './phone/store'

/** The built files, by their hashed addresses; filled in by the build. */
declare const SHELL: string[]

interface Extendable extends Event {
  waitUntil(promise: Promise<unknown>): void
}
interface Fetched extends Extendable {
  request: Request
  respondWith(response: Promise<Response>): void
}
interface Told extends Extendable {
  data: unknown
}
interface Client {
  postMessage(message: unknown): void
}
interface Scope {
  location: Location
  registration: ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } }
  clients: { claim(): Promise<void>, matchAll(): Promise<Client[]> }
  skipWaiting(): Promise<void>
  addEventListener(kind: 'install' | 'activate' | 'sync', run: (event: Extendable) => void): void
  addEventListener(kind: 'fetch', run: (event: Fetched) => void): void
  addEventListener(kind: 'message', run: (event: Told) => void): void
}
const scope = self as unknown as Scope

/** Before it the kept answers of the node to single items. */
const ANSWER = '/phone/answer/'
/** For so long the node is waited for where the page is at hand. */
const PATIENCE_MS = 4_000
/** For so long a form may be on its way before it is kept: it counts once, however often it arrives. */
const FORM_MS = 20_000
/** Forms that may wait for a line: each is safe to send twice. */
const FORMS = [/^\/desk\/cases\/[^/]+\/record-visit$/, /^\/apply\/[^/]+\/(?!check$|papers$)[^/]+$/]
/** Where the account may become another. */
const SIGN_IN = /^\/(sign-in|demo\/sign-in)(\/|$)/

scope.addEventListener('install', event => event.waitUntil(install()))
scope.addEventListener('activate', event => event.waitUntil(activate()))
scope.addEventListener('sync', event => event.waitUntil(bring(true)))
scope.addEventListener('message', event => {
  if (event.data === 'bring') event.waitUntil(bring())
  if (event.data === 'begin') event.waitUntil(scope.skipWaiting())
})

scope.addEventListener('fetch', event => {
  const { request } = event
  const url = new URL(request.url)
  if (url.origin !== scope.location.origin) return
  if (request.method === 'GET' && url.pathname.startsWith('/assets/')) {
    event.respondWith(asset(request, url))
  } else if (request.method === 'GET' && request.mode === 'navigate') {
    event.respondWith(show(request, url))
  } else if (request.method === 'POST' && request.mode === 'navigate' && FORMS.some(form => form.test(url.pathname))) {
    event.respondWith(submit(request, url))
  } else if (request.method === 'POST' && SIGN_IN.test(url.pathname)) {
    event.respondWith(enter(request))
  }
})

async function install(): Promise<void> {
  await (await caches.open(CACHE)).addAll(SHELL)
  await stock(store)
}

/** Files of earlier versions go. A page that still names one gets the one that took its place. */
async function activate(): Promise<void> {
  const cache = await caches.open(CACHE)
  for (const request of await cache.keys()) {
    const path = new URL(request.url).pathname
    if (path !== HERE && !SHELL.includes(path)) await cache.delete(request)
  }
  await scope.clients.claim()
}

async function asset(request: Request, url: URL): Promise<Response> {
  const cache = await caches.open(CACHE)
  const exact = await cache.match(url.pathname)
  if (exact) return exact
  const stem = (path: string): string => path.replace(/-[0-9a-f]{12}(\.\w+)$/, '$1')
  const successor = SHELL.find(path => stem(path) === stem(url.pathname))
  try {
    const answer = await fetch(request)
    if (answer.ok || !successor) return answer
  } catch (error) {
    if (!successor) throw error
  }
  return (await cache.match(successor)) || Response.error()
}

function html(body: { html: string, policy: string }, status: number): Response {
  return new Response(body.html, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      // What came without one is shown without anything that a policy would let in.
      'content-security-policy': body.policy || "default-src 'none'; style-src 'self'; img-src 'self'",
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff'
    }
  })
}

function kept(taken: Taken): Response {
  return html({ ...taken.body, html: taken.body.html.replace('<html ', `<html data-taken="${taken.at}" `) }, 200)
}

async function here(): Promise<Response> {
  return (await caches.match(HERE)) || Response.error()
}

async function show(request: Request, url: URL): Promise<Response> {
  await expire(store, Date.now())
  const holder = await held(store, Date.now())
  if (url.pathname.startsWith(ANSWER)) return (await answerTo(holder, url.pathname.slice(ANSWER.length))) || here()
  const answer = fetch(request)
  try {
    return await (holder ? within(answer, PATIENCE_MS) : answer)
  } catch {
    const taken = holder && await page(store, holder, address(url), Date.now()).catch(() => undefined)
    if (taken) return kept(taken)
  }
  // Not at hand: the node may only be slow.
  return answer.catch(here)
}

async function answerTo(holder: Held | undefined, id: string): Promise<Response | undefined> {
  const item = holder && await store.get<Item>('queue', id)
  if (!holder || !item || item.owner !== holder.owner) return undefined
  const answer = await answered(holder, item)
  return answer && html(answer, answer.status)
}

async function enter(request: Request): Promise<Response> {
  const answer = await fetch(request)
  if (answer.type === 'opaqueredirect') await lock(store)
  return answer
}

function onward(path: string): Response {
  return Response.redirect(new URL(path, scope.location.href).href, 303)
}

async function submit(request: Request, url: URL): Promise<Response> {
  const holder = await held(store, Date.now())
  if (!holder) return fetch(request)
  const typed = new URLSearchParams(await request.clone().text())
  const key = typed.get('_command') || address(url)
  if (!(await find(store, holder, key))) {
    try {
      const answer = await within(fetch(request), FORM_MS)
      // A form from a page of yesterday has a token of yesterday: it goes again with one of today.
      if (answer.status !== 403) return answer
    } catch {
      // It is kept below.
    }
  }
  const taken = await page(store, holder, address(url), Date.now()).catch(() => undefined)
  const now = Date.now()
  const form = { key, url: url.pathname + url.search, title: taken ? taken.head.title : '' }
  const wait = (await store.get<{ id: string, ms: number }>('meta', 'wait')) || { ms: holder.until - now }
  const item = await keep(store, holder, form, Array.from(typed.entries()), { now, until: now + wait.ms })
  if (!item) return onward(`${HERE}?kept=full`)
  await told()
  await bring().catch(() => undefined)
  const after = await store.get<Item>('queue', item.id)
  if (after && after.answer) return onward(ANSWER + item.id)
  if (!after || after.state !== 'sent') await later()
  return onward(taken && taken.head.next ? taken.head.next : `${HERE}?kept=${after ? after.state : ''}`)
}

/** Asks the system to wake this worker when there is a line, where it can. */
async function later(): Promise<void> {
  try {
    await scope.registration.sync?.register('bring')
  } catch {
    // It is sent when a page is opened.
  }
}

async function told(): Promise<void> {
  for (const client of await scope.clients.matchAll()) client.postMessage('changed')
}

/**
 * Looks who is signed in, and sends what waits of theirs. Where nobody is signed in any more, or
 * somebody else, what was taken along goes at once.
 */
async function bring(must = false): Promise<Outcome> {
  const what = await bring_().catch((): Outcome => 'later')
  await told()
  // An error tells the system that wakes us to try again.
  if (must && what === 'later') throw new Error('worker: no line yet')
  return what
}

async function bring_(): Promise<Outcome> {
  await expire(store, Date.now())
  const known = await store.get('meta', 'device')
  if (!known) return 'done'
  const who = await session(await device(store))
  if (who === 'signed-out') {
    await release(store)
    return 'signed-out'
  }
  if (!(await has(store, who.owner))) {
    // What others had not sent stays sealed; what they took along goes.
    await release(store)
    return 'done'
  }
  const holder = await admit(store, who, Date.now())
  await store.put('meta', { id: 'wait', ms: who.wait } as { id: string })
  return flush({ store, holder, token: who.token, post, now: Date.now, changed: () => void told() })
}
