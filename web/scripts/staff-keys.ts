/** Staff: `/` goes to the search field, `j` and `k` walk the rows of the table. */
export function staffKeys(root: Document): void {
  if (!root.documentElement.classList.contains('surface-desk')) return
  const rows = Array.from(root.querySelectorAll<HTMLAnchorElement>('.l-table tbody tr > :first-child a, .l-table tbody tr [data-l="row"]'))
  root.addEventListener('keydown', event => {
    const target = event.target as HTMLElement
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return
    if (event.key === '/') {
      const search = root.querySelector<HTMLInputElement>('[data-l="search"], main input[type="search"]')
      if (!search) return
      event.preventDefault()
      search.focus()
    } else if (event.key === 'j' || event.key === 'k') {
      const at = rows.indexOf(root.activeElement as HTMLAnchorElement)
      const next = rows[event.key === 'j' ? at + 1 : Math.max(at - 1, 0)]
      if (next) next.focus()
    }
  })
}
