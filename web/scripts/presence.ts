const EVERY_MS = 20_000

/** Tells the server that this case is open here, and shows who else has it open. */
export function presence(root: Document): void {
  const place = root.querySelector<HTMLElement>('[data-l="presence"]')
  if (!place) return
  const { url, token } = place.dataset
  if (!url || !token) throw new Error('presence: needs data-url and data-token')
  const ping = async (): Promise<void> => {
    if (root.hidden) return
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ _csrf: token }),
        credentials: 'same-origin'
      })
      if (!answer.ok) return
      const { text } = (await answer.json()) as { text: string }
      if (place.textContent !== text) place.textContent = text
      place.hidden = text === ''
    } catch {
      // Offline: the page stays as it is, and the second writer is told at the write.
    }
  }
  void ping()
  window.setInterval(() => void ping(), EVERY_MS)
}
