/** Loads what a phone needs to work without a line: where a page asks for it, or one was taken along. */
export function phoneHere(root: Document): void {
  const wanted = root.querySelector('[data-l="along"], [data-l="phone"]')
  if (!wanted && !navigator.serviceWorker?.controller) return
  const { phone } = (root.querySelector<HTMLScriptElement>('script[data-phone]') || { dataset: {} as DOMStringMap }).dataset
  if (!phone) return
  const script = root.createElement('script')
  script.src = phone
  root.body.append(script)
}
