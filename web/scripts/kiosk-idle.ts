const ASK_AFTER_MS = 60_000
const ERASE_AFTER_S = 30
/** The server forgets a kiosk after 90 seconds without a request: who types is told to it now and then. */
const TELL_EVERY_MS = 20_000

/**
 * Kiosk: after a minute of quiet asks “还在吗?”, and after 30 seconds more goes to the page that
 * erases everything. Without scripts the server's own short expiry does the same.
 */
export function kioskIdle(root: Document): void {
  const box = root.querySelector<HTMLElement>('[data-l="kiosk-idle"]')
  if (!box) return
  const left = box.querySelector<HTMLElement>('[data-l="left"]')
  const stay = box.querySelector<HTMLButtonElement>('button')
  const leave = box.dataset.leave
  if (!left || !stay || !leave) throw new Error('kiosk-idle: needs a place for seconds, a button and data-leave')
  let quiet = 0
  let count = 0
  let told = Date.now()
  const tell = (): void => {
    if (Date.now() - told < TELL_EVERY_MS) return
    told = Date.now()
    // Without a network the next page says so.
    fetch('/kiosk/here', { credentials: 'same-origin' }).catch(() => undefined)
  }
  const wait = (): void => {
    window.clearTimeout(quiet)
    window.clearInterval(count)
    box.hidden = true
    tell()
    quiet = window.setTimeout(ask, ASK_AFTER_MS)
  }
  const ask = (): void => {
    let seconds = ERASE_AFTER_S
    left.textContent = String(seconds)
    box.hidden = false
    stay.focus()
    count = window.setInterval(() => {
      seconds -= 1
      left.textContent = String(seconds)
      if (seconds <= 0) {
        window.clearInterval(count)
        window.location.replace(leave)
      }
    }, 1000)
  }
  stay.addEventListener('click', wait)
  for (const sign of ['pointerdown', 'keydown', 'touchstart']) {
    root.addEventListener(sign, () => { if (box.hidden) wait() }, { passive: true })
  }
  wait()
}
