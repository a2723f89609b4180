// What a page does on a phone that takes things along: takes them, tells what waits, asks before it
// is erased. Loaded where it is needed; pages work without it.
import { takeAlong, worker } from './phone/along'
import { leaving, refill, stamp, yielding } from './phone/forms'
import { refresh, sendable } from './phone/list'
import { part } from './phone/page'
import { browserStore as store } from './phone/store'

/** How often it is tried again while something waits: a line may come back without a word. */
const AGAIN_MS = 5_000

interface Installing extends Event {
  prompt(): Promise<unknown>
}

/** Asks the worker to send what waits. */
async function bring(): Promise<void> {
  const { active, waiting } = await navigator.serviceWorker.ready
  // A newer worker begins where nobody is filling in a form.
  if (waiting && !document.querySelector('main form[method="post"]')) waiting.postMessage('begin')
  if (active) active.postMessage('bring')
}

async function again(): Promise<void> {
  if (!document.hidden && navigator.onLine && navigator.serviceWorker.controller && await sendable()) await bring()
}

/** Shows a button where the browser offers to install the app. */
function installing(): void {
  const box = document.querySelector<HTMLElement>('[data-l="install"]')
  if (!box) return
  window.addEventListener('beforeinstallprompt', event => {
    event.preventDefault()
    box.hidden = false
    part<HTMLButtonElement>(box, 'install-go').addEventListener('click', () => void (event as Installing).prompt())
  })
}

async function start(): Promise<void> {
  if (!('serviceWorker' in navigator) || !window.indexedDB || !window.crypto?.subtle) return
  if (document.documentElement.classList.contains('mode-kiosk')) return
  stamp()
  leaving()
  installing()
  yielding()
  takeAlong()
  if (document.querySelector('[data-l="phone"]')) worker().catch(error => console.warn(error))
  navigator.serviceWorker.addEventListener('message', () => void refresh())
  window.addEventListener('online', () => void bring())
  window.setInterval(() => void again(), AGAIN_MS)
  window.addEventListener('offline', () => void refresh())
  await refill()
  await refresh()
  if (navigator.serviceWorker.controller && await store.get('meta', 'device')) await bring()
}

start().catch(error => console.error(error))
