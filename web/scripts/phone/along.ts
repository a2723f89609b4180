import { admit, device, drop, MOST_PAGES, take } from './held'
import type { Head } from './held'
import { address, session } from './line'
import { refresh } from './list'
import { part, when } from './page'
import { stock } from './shell'
import { browserStore as store } from './store'

export function worker(): Promise<ServiceWorkerRegistration> {
  return navigator.serviceWorker.register('/worker.js', { scope: '/' }).then(() => navigator.serviceWorker.ready)
}

function look(): string {
  const { classList, lang } = document.documentElement
  return `lang=${lang.slice(0, 2)}&mode=${classList.contains('mode-elder') ? 'elder' : 'standard'}`
}

/** Takes the pages that `box` names along. */
async function along(box: HTMLElement): Promise<void> {
  const { set = '', pages = '' } = box.dataset
  const progress = part(box, 'progress')
  const urls = pages.split(' ').filter(Boolean).slice(0, MOST_PAGES)
  await worker()
  const who = await session(await device(store))
  if (who === 'signed-out') throw new Error('phone: nobody is signed in')
  const holder = await admit(store, who, Date.now())
  await store.put('meta', { id: 'wait', ms: who.wait } as { id: string })
  await drop(store, holder, set, Date.now())
  let done = 0
  for (const [at, url] of urls.entries()) {
    const answer = await fetch(url, { cache: 'no-store', credentials: 'same-origin' })
    if (!answer.ok || answer.redirected) continue
    const html = await answer.text()
    const title = (new DOMParser().parseFromString(html, 'text/html').querySelector('h1')?.textContent || '').trim()
    const next = box.dataset.chain ? urls[at + 1] || '' : ''
    const head: Head = { url: address(new URL(url, location.href)), title, set, next }
    const policy = answer.headers.get('content-security-policy') || ''
    await take(store, holder, head, { html, policy }, Date.now())
    done += 1
    progress.textContent = (box.dataset.doing || '').replace('#', `${done}/${urls.length}`)
  }
  await stock(store, look())
  await navigator.storage?.persist?.()
  progress.textContent = (box.dataset.done || '').replace('#', when(holder.until))
  await refresh()
}

/** 带上: begins at once where it was asked for on the page before, else at the press of its button. */
export function takeAlong(): void {
  const box = document.querySelector<HTMLElement>('[data-l="along"]')
  if (!box || document.documentElement.dataset.taken) return
  const button = part<HTMLButtonElement>(box, 'go')
  const go = (): void => {
    button.hidden = true
    along(box).catch(error => {
      console.warn(error)
      button.hidden = false
      part(box, 'progress').textContent = box.dataset.failed || ''
    })
  }
  box.hidden = false
  button.addEventListener('click', go)
  if (box.dataset.now) go()
  else button.hidden = false
}
