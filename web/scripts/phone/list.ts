import { held, heads } from './held'
import type { Held } from './held'
import { part, when } from './page'
import { form, items } from './queue'
import type { Item } from './queue'
import { browserStore as store } from './store'

/** What has not arrived; all of it where nothing can be opened. */
export async function waiting(holder: Held | undefined): Promise<Item[]> {
  const all = holder ? await items(store, holder.owner) : await store.all<Item>('queue')
  return all.filter(item => item.state !== 'sent')
}

/** Whether something could be sent, were there a line. */
export async function sendable(): Promise<boolean> {
  const holder = await held(store, Date.now())
  return holder !== undefined && (await waiting(holder)).some(item => item.state === 'waiting' || item.state === 'sending')
}

/** The number beside 这台手机: what has not arrived. */
async function badge(): Promise<void> {
  const link = document.querySelector<HTMLElement>('[data-l="phone-badge"]')
  if (!link) return
  const holder = await held(store, Date.now())
  const count = (await waiting(holder)).length
  const some = holder !== undefined || count > 0
  link.hidden = !some
  const number = part(link, 'count')
  number.hidden = count === 0
  number.textContent = String(count)
}

/** The page 这台手机. */
async function list(): Promise<void> {
  const box = document.querySelector<HTMLElement>('[data-l="phone"]')
  if (!box) return
  const holder = await held(store, Date.now())
  const mine = holder ? await items(store, holder.owner) : []
  const locked = holder ? [] : await waiting(undefined)
  const pages = holder ? await heads(store, holder, Date.now()) : []
  part(box, 'none').hidden = mine.length + locked.length + pages.length > 0
  part(box, 'offline').hidden = navigator.onLine && location.pathname === '/phone'
  part(box, 'locked').hidden = locked.length === 0
  part(box, 'locked-count').textContent = String(locked.length)
  const queued = part(box, 'items')
  const drawn = []
  for (const item of mine) drawn.push(await line(box, holder as Held, item))
  queued.textContent = ''
  queued.append(...drawn)
  part(box, 'items-box').hidden = drawn.length === 0
  const taken = part(box, 'pages')
  taken.textContent = ''
  taken.append(...pages.filter(one => !/record-visit$/.test(one.head.url)).map(one => {
    const entry = document.createElement('li')
    const link = document.createElement('a')
    link.className = 'govuk-link'
    link.href = one.head.url
    link.textContent = one.head.title || one.head.url
    entry.append(link)
    return entry
  }))
  part(box, 'pages-box').hidden = pages.length === 0
  const first = pages[0]
  if (first) part(box, 'until').textContent = (box.dataset.until || '').replace('#', when(first.until))
}

const TONES: Record<string, string> = { waiting: 'orange', sending: 'blue', sent: 'green', conflict: 'red', refused: 'red' }

async function line(box: HTMLElement, holder: Held, item: Item): Promise<Element> {
  const drawn = part<HTMLTemplateElement>(box, 'item').content.cloneNode(true) as DocumentFragment
  const entry = drawn.firstElementChild as HTMLElement
  const { url, title } = await form(holder, item)
  part(entry, 'title').textContent = title || box.dataset.untitled || ''
  const state = part(entry, 'state')
  state.textContent = box.getAttribute(`data-${item.state}`)
  state.classList.add(`govuk-tag--${TONES[item.state]}`)
  const said = (box.getAttribute(`data-${item.state}-words`) || '').replace('#', when(item.until))
  part(entry, 'words').textContent = `${when(item.at)} · ${said}`
  const open = part<HTMLAnchorElement>(entry, 'open')
  open.href = item.answer ? `/phone/answer/${item.id}` : url
  open.hidden = item.state === 'sent' || item.state === 'sending'
  const away = part<HTMLButtonElement>(entry, 'drop')
  away.hidden = item.state === 'sending'
  away.addEventListener('click', () => {
    if (item.state !== 'sent' && !window.confirm(box.dataset.sure)) return
    void store.remove('queue', item.id).then(refresh)
  })
  return entry
}

/** Draws badge and page anew. */
export async function refresh(): Promise<void> {
  await badge()
  await list()
}
