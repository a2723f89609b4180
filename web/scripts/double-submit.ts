/** Refuses a second press of a form's button; the server knows a repeated command anyway. */
export function doubleSubmitGuard(root: Document): void {
  root.addEventListener('submit', event => {
    const form = event.target as HTMLFormElement
    if ((form.method || '').toLowerCase() !== 'post') return
    if (form.dataset.sent) {
      event.preventDefault()
      return
    }
    form.dataset.sent = '1'
    for (const button of Array.from(form.querySelectorAll('button'))) {
      button.setAttribute('aria-disabled', 'true')
    }
  })
  // Coming back through the browser's page cache: the form may be sent again.
  window.addEventListener('pageshow', () => {
    for (const form of Array.from(root.forms)) {
      delete form.dataset.sent
      for (const button of Array.from(form.querySelectorAll('button'))) button.removeAttribute('aria-disabled')
    }
  })
}
