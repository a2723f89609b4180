import { held } from './held'
import { address } from './line'
import { when } from './page'
import { fields, find } from './queue'
import type { Fields } from './queue'
import { waiting } from './list'
import { browserStore as store, wipe } from './store'

/** Puts what waits for this page back into its form. */
export async function refill(): Promise<void> {
  const target = document.querySelector<HTMLFormElement>('main form[method="post"]')
  const holder = await held(store, Date.now())
  if (!target || !holder || location.pathname.startsWith('/phone')) return
  const command = target.querySelector<HTMLInputElement>('[name="_command"]')?.value
  const key = command || address(new URL(target.action))
  const item = await find(store, holder, key)
  if (!item) return
  fill(target, await fields(holder, item))
  const note = document.querySelector<HTMLElement>('[data-l="phone-refilled"]')
  if (note) note.hidden = false
}

function fill(target: HTMLFormElement, typed: Fields): void {
  for (const control of Array.from(target.elements)) {
    const one = control as HTMLInputElement
    if (!one.name || one.name.startsWith('_') || one.type === 'hidden') continue
    const values = typed.filter(([name]) => name === one.name).map(([, value]) => value)
    if (one.type === 'radio' || one.type === 'checkbox') one.checked = values.includes(one.value)
    else if (values[0] !== undefined) one.value = values[0]
  }
}

/** On the node's page about a conflict: who yields lets the kept form go. */
export function yielding(): void {
  const id = (/^\/phone\/answer\/(\w+)$/.exec(location.pathname) || [])[1]
  const link = document.querySelector<HTMLAnchorElement>('[data-l="phone-yield"]')
  if (!id || !link) return
  link.addEventListener('click', event => {
    event.preventDefault()
    void store.remove('queue', id).then(() => location.assign(link.href))
  })
}

/** A page from the phone says so, and of when it is. */
export function stamp(): void {
  const { taken } = document.documentElement.dataset
  const note = document.querySelector<HTMLElement>('[data-l="phone-taken"]')
  if (!taken || !note) return
  note.textContent = (note.dataset.text || '').replace('#', when(Number(taken)))
  note.hidden = false
}

/** Signing out erases everything here; what has not arrived is told first. */
export function leaving(): void {
  for (const leave of Array.from(document.querySelectorAll<HTMLFormElement>('form[action="/sign-out"]'))) {
    leave.addEventListener('submit', event => {
      event.preventDefault()
      event.stopPropagation()
      void (async () => {
        const left = (await waiting(await held(store, Date.now()))).length
        const text = document.querySelector<HTMLElement>('[data-l="phone-badge"]')?.dataset.leave || ''
        if (left && !window.confirm(text.replace('#', String(left)))) return
        await wipe()
        leave.submit()
      })()
    })
  }
}
