/** The part of a page that a script works on; an error when the markup is wrong. */
export function part<T extends HTMLElement>(root: ParentNode, name: string): T {
  const found = root.querySelector<T>(`[data-l="${name}"]`)
  if (!found) throw new Error(`phone: needs data-l="${name}"`)
  return found
}

/** An instant as people here write it. */
export function when(ms: number): string {
  return new Date(ms).toLocaleString(document.documentElement.lang, { month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit' })
}
