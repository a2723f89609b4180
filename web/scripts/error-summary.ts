/** Moves the focus to the error summary, and from its links to the field each one names. */
export function errorSummary(root: Document): void {
  const summary = root.querySelector<HTMLElement>('[data-l="error-summary"]')
  if (!summary) return
  summary.tabIndex = -1
  summary.focus()
  summary.addEventListener('click', event => {
    const link = (event.target as HTMLElement).closest('a')
    const id = link && link.getAttribute('href')?.slice(1)
    const field = id ? root.getElementById(id) : null
    if (!field) return
    event.preventDefault()
    const group = field.closest('.govuk-form-group') || field
    group.scrollIntoView()
    field.focus({ preventScroll: true })
  })
}
