/** 朗读: shows the button where the device can speak, and reads the main part of the page. */
export function readAloud(root: Document): void {
  const button = root.querySelector<HTMLButtonElement>('[data-l="read-aloud"]')
  if (!button || !('speechSynthesis' in window)) return
  const speech = window.speechSynthesis
  const start = button.textContent || ''
  button.hidden = false
  button.addEventListener('click', () => {
    if (speech.speaking) {
      speech.cancel()
      button.textContent = start
      return
    }
    const main = root.querySelector('main')
    if (!main) return
    // Sentence by sentence: long utterances are cut off by some engines.
    const parts = (main.innerText || '').replace(/([。!?!?])/g, "$1\n").split(/\n+/).map(part => part.trim()).filter(Boolean)
    button.textContent = button.dataset.stop || start
    parts.forEach((part, index) => {
      const utterance = new SpeechSynthesisUtterance(part)
      utterance.lang = root.documentElement.lang
      utterance.rate = 0.9
      if (index === parts.length - 1) utterance.onend = () => { button.textContent = start }
      speech.speak(utterance)
    })
  })
  window.addEventListener('pagehide', () => speech.cancel())
}
