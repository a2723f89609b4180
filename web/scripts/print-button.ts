/** Shows print buttons, which only a script can work; the browser's own menu prints as well. */
export function printButton(root: Document): void {
  for (const button of Array.from(root.querySelectorAll<HTMLButtonElement>('[data-l="print"]'))) {
    button.hidden = false
    button.addEventListener('click', () => window.print())
  }
}
